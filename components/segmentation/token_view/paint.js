// paint.js: boxes behind a line, marks over it, the consensus track, and the DOM that holds them.
// Only numbers and fixed class names go into markup strings here; every text goes through textContent.

const SVG_NS = "http://www.w3.org/2000/svg";
const BLOCK = 8; // lines of a card that the browser may skip together while they are out of sight
const MERGE = 0.8; // px: grapheme rects closer than this belong together
const COMB_PITCH = 3; // px between the teeth of a comb, which stands for many cuts inside one cluster

const r1 = (x) => Math.round(x * 10) / 10;

function el(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** A label whose content, whatever its direction, cannot disturb what stands beside it. */
function isolated(tag, className, text) {
  const node = el(tag, className);
  node.append(el("bdi", "", text));
  return node;
}

function svg(className, width, height, markup) {
  const node = document.createElementNS(SVG_NS, "svg");
  node.setAttribute("class", className);
  node.setAttribute("width", width);
  node.setAttribute("height", height);
  node.setAttribute("aria-hidden", "true");
  if (markup) node.innerHTML = markup;
  return node;
}

function roundedRect(x0, x1, y0, y1, left, right) {
  // path data; left/right: corner radius on that side
  const w = x1 - x0,
    a = Math.max(0, Math.min(left, w / 2)),
    b = Math.max(0, Math.min(right, w / 2)),
    h = y1 - y0;
  if (!a && !b) return `M${r1(x0)} ${y0}h${r1(w)}v${h}h${r1(-w)}z`;
  return (
    `M${r1(x0 + a)} ${y0}H${r1(x1 - b)}` +
    (b ? `q${r1(b)} 0 ${r1(b)} ${r1(b)}` : "") +
    `V${r1(y1 - b)}` +
    (b ? `q0 ${r1(b)} ${r1(-b)} ${r1(b)}` : "") +
    `H${r1(x0 + a)}` +
    (a ? `q${r1(-a)} 0 ${r1(-a)} ${r1(-a)}` : "") +
    `V${r1(y0 + a)}` +
    (a ? `q0 ${r1(-a)} ${r1(a)} ${r1(-a)}` : "") +
    "z"
  );
}

/** The horizontal pieces of every token on a line: {t, x0, x1, flatLeft, flatRight, empty}. Several per token where direction changes. */
function tokenPieces(model, line, lane) {
  const { graphemes, byteAt } = model,
    pieces = [];
  let t = upperBound(lane.ends, lane.count, line.byte0 - 1);
  let g = line.g0;
  const lastLine = line.byte1 === model.nBytes;
  for (; t < lane.count && lane.starts[t] <= line.byte1; t++) {
    const s = lane.starts[t],
      e = lane.ends[t];
    if (s === e) {
      if (s < line.byte0 || s > line.byte1 || (s === line.byte1 && !lastLine)) continue;
      const x = xOfByte(model, line, s);
      pieces.push({ t, x0: x, x1: x, inserted: true });
      continue;
    }
    if (e <= line.byte0 || s >= line.byte1) continue;
    while (g < line.gTail && byteAt[graphemes[g + 1]] <= s) g++;
    let piece = null;
    const first = pieces.length;
    for (let k = g; k < line.gTail && byteAt[graphemes[k]] < e; k++) {
      const gs = byteAt[graphemes[k]],
        ge = byteAt[graphemes[k + 1]],
        i = k - line.g0;
      const f0 = (Math.max(s, gs) - gs) / (ge - gs),
        f1 = (Math.min(e, ge) - gs) / (ge - gs),
        w = line.x1[i] - line.x0[i];
      const x0 = line.rtl[i] ? line.x1[i] - f1 * w : line.x0[i] + f0 * w;
      const x1 = line.rtl[i] ? line.x1[i] - f0 * w : line.x0[i] + f1 * w;
      if (piece && Math.abs(x0 - piece.x1) < MERGE && x1 >= piece.x1) piece.x1 = x1;
      else if (piece && Math.abs(x1 - piece.x0) < MERGE && x0 <= piece.x0) piece.x0 = x0;
      else if (piece && x0 >= piece.x0 - MERGE && x1 <= piece.x1 + MERGE) continue;
      else pieces.push((piece = { t, x0, x1, rtl: line.rtl[i] }));
      if (gs < s || ge > e) piece.part = true;
      piece.rtl = line.rtl[i];
    }
    if (!piece) continue;
    const head = pieces[first],
      tail = pieces[pieces.length - 1]; // a token that runs over the line's edge is flat there
    if (s < line.byte0) head[head.rtl ? "flatRight" : "flatLeft"] = true;
    if (e > line.byte1) tail[tail.rtl ? "flatLeft" : "flatRight"] = true;
  }
  return pieces;
}

function colourClass(model, lane, t) {
  if (model.payload.colours !== "id") return "c" + ((lane.first + t) % 5);
  return "h" + ((Math.imul(lane.ids[t] ^ (lane.ids[t] >>> 16), 0x45d9f3b) >>> 8) % 12);
}

/** Everything drawn for one tokenizer on one line: pieces for hit-testing, markup behind the text, markup over it, and marks present. */
function paintStave(model, line, lane, size) {
  const { height } = size,
    y0 = 2,
    y1 = height - 2;
  const pieces = tokenPieces(model, line, lane);
  const fills = new Map(),
    present = new Set();
  let dots = "",
    hatch = "",
    chips = "",
    lozenges = "";
  const gutterUse = new Map();
  for (const p of pieces) {
    const kind = lane.kinds[p.t];
    if (p.inserted) {
      const k = gutterUse.get(p.x0) || 0;
      gutterUse.set(p.x0, k + 1);
      const atEdge = p.x0 <= line.left + 0.5 ? -1 : p.x0 >= line.right - 0.5 ? 1 : 0;
      const side = line.left === line.right ? (line.dir === "rtl" ? 1 : -1) : atEdge;
      const cx = side ? p.x0 + side * (5.5 + Math.min(k, 2) * 4) : p.x0 + Math.min(k, 2) * 4;
      const cy = side ? height / 2 : y0 - 1;
      p.x0 = cx - 4;
      p.x1 = cx + 4;
      lozenges += `M${r1(cx)} ${r1(cy - 5)}l4 5l-4 5l-4 -5z`;
      present.add("inserted");
      continue;
    }
    let { x0, x1 } = p;
    if (x1 - x0 < 0.5) {
      x0 -= 2;
      x1 += 2;
      p.x0 = x0;
      p.x1 = x1;
      p.empty = true;
    }
    const gap = x1 - x0 > 4 ? 0.6 : x1 - x0 > 2 ? 0.3 : 0;
    const left = x0 + (p.flatLeft ? 0 : gap),
      right = x1 - (p.flatRight ? 0 : gap);
    const radius = p.part && x1 - x0 < 5 ? 1 : 4;
    const c = colourClass(model, lane, p.t);
    const box = roundedRect(
      left,
      Math.max(right, left + 0.7),
      y0,
      y1,
      p.flatLeft ? 0 : radius,
      p.flatRight ? 0 : radius,
    );
    fills.set(c, (fills.get(c) || "") + box);
    if (kind === KIND.byte) {
      dots += `M${r1(left + 1.5)} ${y1 - 1.5}H${r1(Math.max(right - 1, left + 2))}`;
      present.add("byte");
    }
    if (kind === KIND.unknown) {
      hatch += hatching(left, right, y0, y1);
      present.add("unknown");
    }
    if (kind === KIND.special) {
      chips += roundedRect(left + 0.6, Math.max(right - 0.6, left + 1.5), y0 + 0.6, y1 - 0.6, 4, 4);
      present.add("special");
    }
  }
  let behind = "";
  for (const [c, d] of fills) behind += `<path class="${c}" d="${d}"/>`;
  if (hatch) behind += `<path class="unk" d="${hatch}"/>`;
  let over = cutMarks(model, line, lane, y0, y1, present);
  if (dots) over += `<path class="byte" d="${dots}"/>`;
  if (chips) over += `<path class="spec" d="${chips}"/>`;
  if (lozenges) over += `<path class="ins" d="${lozenges}"/>`;
  return { pieces, behind, over, present };
}

function hatching(x0, x1, y0, y1) {
  let d = "";
  const h = y1 - y0;
  for (let x = x0 - h + 3; x < x1; x += 6) {
    // the line from (x, y1) to (x + h, y0), clipped to the box
    const a = Math.max(x, x0),
      b = Math.min(x + h, x1);
    if (b > a) d += `M${r1(a)} ${r1(y1 - (a - x))}L${r1(b)} ${r1(y1 - (b - x))}`;
  }
  return d;
}

/** Cuts inside a character (red) and between the characters of one cluster (dashed). Cuts too close to tell apart become a comb. */
function cutMarks(model, line, lane, y0, y1, present) {
  const byGrapheme = new Map();
  const note = (b) => {
    if (b <= line.byte0 || b >= line.byte1) return;
    const g = upperBound(model.graphemes, model.graphemes.length - 1, model.unitAt[b]) - 1;
    if (model.byteAt[model.graphemes[g]] === b) return;
    if (!byGrapheme.has(g)) byGrapheme.set(g, new Map());
    byGrapheme.get(g).set(b, model.inside(b));
  };
  const from = upperBound(lane.ends, lane.count, line.byte0 - 1);
  for (let t = from; t < lane.count && lane.starts[t] < line.byte1; t++)
    if (lane.starts[t] < lane.ends[t]) {
      note(lane.starts[t]);
      note(lane.ends[t]);
    }
  let red = "",
    dashed = "",
    combRed = "",
    combDark = "";
  for (const [g, cuts] of byGrapheme) {
    const i = g - line.g0,
      xs = [...cuts.keys()].map((b) => xOfByte(model, line, b)).sort((a, b) => a - b);
    const anyInside = [...cuts.values()].some(Boolean);
    if (anyInside) present.add("inside");
    if ([...cuts.values()].some((inside) => !inside)) present.add("cluster");
    const width = line.x1[i] - line.x0[i];
    const tight = xs.length > 2 || (xs.length > 1 && xs[1] - xs[0] < 4.5);
    if (tight || (width < COMB_PITCH && width > 0)) {
      present.add("comb");
      const a = Math.max(line.x0[i] + 0.5, xs[0] - 1),
        b = Math.min(line.x1[i] - 0.5, xs[xs.length - 1] + 1);
      const teeth = Math.max(1, Math.min(xs.length, Math.floor((b - a) / COMB_PITCH) + 1));
      let d = `M${r1(a)} ${y0 + 0.5}H${r1(Math.max(b, a + 1))}`;
      for (let k = 0; k < teeth; k++)
        d += `M${r1(teeth > 1 ? a + 0.5 + ((b - a - 1) * k) / (teeth - 1) : (a + b) / 2)} ${y0}v6`;
      if (anyInside) combRed += d;
      else combDark += d;
      continue;
    }
    for (const [b, inside] of cuts) {
      const x = xOfByte(model, line, b),
        d = `M${r1(x)} ${y0}V${y1}`;
      if (inside) red += d;
      else dashed += d;
    }
  }
  return (
    (red ? `<path class="cut" d="${red}"/>` : "") +
    (dashed ? `<path class="soft" d="${dashed}"/>` : "") +
    (combRed ? `<path class="comb cut" d="${combRed}"/>` : "") +
    (combDark ? `<path class="comb dark" d="${combDark}"/>` : "")
  );
}

/** Marks that belong to the text, the same on every stave: newlines, hidden characters, and on request spaces and controls. */
function textMarks(model, line, size, present) {
  const { height } = size,
    { invisible } = model.payload,
    mid = height / 2;
  let nl = "",
    flags = "",
    dots = "",
    arrows = "";
  const labels = [];
  let flagX = NaN,
    pennants = 0;
  const n = line.x0.length;
  for (let i = 0; i < n; i++) {
    const g = line.g0 + i,
      u = model.graphemes[g],
      cp = model.text.codePointAt(u),
      x0 = line.x0[i],
      x1 = line.x1[i],
      cx = (x0 + x1) / 2;
    if (line.newlines.includes(i)) {
      // ⏎
      nl += `M${r1(x1 - 3.5)} ${r1(mid - 5)}v5.5H${r1(x0 + 3.5)}m3 -3l-3 3l3 3`;
      present.add("newline");
    } else if (x1 - x0 < 0.5) {
      pennants = Math.abs(cx - flagX) < 1 ? Math.min(pennants + 1, 3) : 0;
      flagX = cx;
      if (!pennants) flags += `M${r1(cx)} 1V${height - 1}`;
      flags += `M${r1(cx)} ${1 + pennants * 5}l4.5 2l-4.5 2z`;
      present.add("hidden");
      if (invisible) labels.push({ x: cx, y: height + 1, text: SHORT_NAMES.get(cp) || codePointName(cp) });
    } else if (invisible && cp === 0x20) dots += `M${r1(cx)} ${r1(mid + 1)}h0`;
    else if (invisible && cp === 0x09) arrows += `M${r1(x0 + 3)} ${r1(mid)}H${r1(x1 - 3)}m-4 -3.5l4 3.5l-4 3.5`;
    else if (invisible && (isControl(cp) || isSpace(cp)))
      labels.push({ x: cx, y: height + 1, text: SHORT_NAMES.get(cp) || codePointName(cp) });
  }
  const kept = []; // names too close to read are dropped: the hover still has them
  for (const label of labels.sort((a, b) => a.x - b.x))
    if (!kept.length || label.x - kept[kept.length - 1].x > 5.2 * label.text.length) kept.push(label);
  return (
    (nl ? `<path class="nl" d="${nl}"/>` : "") +
    (flags ? `<path class="flag" d="${flags}"/>` : "") +
    (dots ? `<path class="dot" d="${dots}"/>` : "") +
    (arrows ? `<path class="inv" d="${arrows}"/>` : "") +
    kept.map((l) => `<text class="name" x="${r1(l.x)}" y="${r1(l.y)}">${l.text}</text>`).join("")
  );
}

/** Bars of the consensus track: {x, n, lanes} per place where tokenizers cut; places closer than 2 px keep the highest. */
function consensus(model, line) {
  const at = new Map();
  for (const lane of model.lanes) {
    const note = (b) => {
      if (b < line.byte0 || b >= line.byte1 || b === 0 || b === model.nBytes) return;
      if (!at.has(b)) at.set(b, new Set());
      at.get(b).add(lane.index);
    };
    for (let t = upperBound(lane.ends, lane.count, line.byte0 - 1); t < lane.count && lane.starts[t] < line.byte1; t++)
      if (lane.starts[t] < lane.ends[t]) {
        note(lane.starts[t]);
        note(lane.ends[t]);
      }
  }
  const weight = (lanes) => [...lanes].reduce((sum, lane) => sum + model.lanes[lane].weight, 0);
  const bars = [...at]
    .map(([b, lanes]) => ({ x: xOfByte(model, line, b), lanes: [...lanes].sort((a, c) => a - c), n: weight(lanes) }))
    .sort((a, c) => a.x - c.x);
  const merged = [];
  for (const bar of bars) {
    const last = merged[merged.length - 1];
    if (!last || bar.x - last.x >= 2) merged.push(bar);
    else if (bar.n > last.n) merged[merged.length - 1] = bar;
  }
  return merged;
}

/** Tokenizers in the picture: a folded lane stands for several. */
const nTokenizers = (model) => model.lanes.reduce((sum, lane) => sum + lane.weight, 0);

function consensusTrack(model, line, size) {
  const bars = consensus(model, line),
    N = nTokenizers(model),
    h = size.track;
  let most = "",
    some = "";
  for (const bar of bars) {
    const top = h - Math.max(2, (h - 2) * (bar.n / N)),
      d = `M${r1(bar.x)} ${h}V${r1(top)}`;
    if (bar.n * 2 > N) most += d;
    else some += d;
  }
  const node = svg("ta-track", size.width, h, `<path class="few" d="${some}"/><path class="most" d="${most}"/>`);
  node.style.marginLeft = GUTTER + "px";
  node.taBars = bars;
  return node;
}

/** One line of one tokenizer: the text at once, its boxes and marks by `fill`, which may come later for lines out of sight. */
function stave(line, lane, size) {
  const node = el("div", "ta-stave");
  node.style.height = size.height + size.ids + "px";
  node.style.paddingInline = GUTTER + "px";
  node.append(lineElement(line, size.width));
  node.taLane = lane.index;
  node.taLine = line;
  node.taPieces = null;
  return node;
}

/** The names of the lanes folded into one. */
const twinsOf = (lane) => `= ${lane.twins.map((twin) => twin.label).join(" = ")}`;

/** A lane's name, those of its twins, and its number of tokens where nothing else on the page says it. */
function laneLabel(lane, withSummary) {
  const label = isolated("div", "ta-label", lane.label);
  const mark = el("i", "ta-mark");
  mark.style.background = /^#[0-9a-fA-F]{3,8}$/.test(lane.colour) ? lane.colour : "currentColor";
  label.prepend(mark);
  label.title = lane.label === lane.spec ? lane.label : `${lane.label}\n${lane.spec}`;
  if (withSummary && lane.summary) label.append(isolated("span", "ta-summary", lane.summary));
  if (lane.twins.length) {
    const twins = isolated("span", "ta-summary ta-twins", twinsOf(lane));
    twins.title = `${[lane, ...lane.twins].map((twin) => twin.label).join(" and ")} cut this text at the same places. Click to unfold.`;
    label.append(twins);
  }
  label.taRow = lane.row;
  label.draggable = true;
  return label;
}

/** The whole picture, off-screen. `fill(node)` paints one stave, `pending` are the staves not painted yet, nearest to `isNear` first done here. */
function paint(model, lines, size, isNear) {
  const { counts = true, view } = model.payload,
    body = el("div", "ta-body ta-" + view),
    present = new Set(),
    staves = model.lanes.map(() => []),
    shared = new Map();
  const fill = (node) => {
    if (node.taPieces) return;
    const line = node.taLine;
    if (!shared.has(line)) shared.set(line, textMarks(model, line, size, present) + findMarks(model, line, size));
    const painted = paintStave(model, line, model.lanes[node.taLane], size),
      ids = size.ids ? idLabels(model.lanes[node.taLane], painted.pieces, size) : "";
    const over = painted.over + shared.get(line) + ids;
    for (const mark of painted.present) present.add(mark);
    node.taPieces = painted.pieces;
    node.prepend(svg("ta-boxes", size.width, size.height, painted.behind));
    if (over) node.append(svg("ta-over", size.width, size.height, over));
  };
  const covered = (lane) => {
    let sum = 0;
    for (let t = 0; t < lane.count; t++) sum += lane.ends[t] - lane.starts[t];
    return sum;
  };
  if (model.lanes.some((lane) => covered(lane) < model.nBytes)) present.add("gap");
  const pending = [];
  const add = (parent, lane, k) => {
    const node = stave(lines[k], lane, size);
    staves[lane.index].push(node);
    parent.append(node);
    if (isNear(lane.index, k)) fill(node);
    else pending.push(node);
  };
  if (view === "cards") {
    for (const lane of model.lanes) {
      const card = el("section", "ta-card");
      card.append(laneLabel(lane, counts));
      for (let k = 0, block; k < lines.length; k++) {
        if (k % BLOCK === 0) {
          card.append((block = el("div", "ta-block")));
          block.style.setProperty(
            "--ta-block",
            Math.min(BLOCK, lines.length - k) * (size.height + size.ids + size.gap) + "px",
          );
        }
        add(block, lane, k);
      }
      body.append(card);
    }
  } else {
    lines.forEach((line, k) => {
      const system = el("section", "ta-system");
      if (model.lanes.length > 1) {
        const row = el("div", "ta-row ta-consensus");
        row.append(el("div", "ta-label ta-quiet", k ? "" : "agreement"), consensusTrack(model, line, size));
        system.append(row);
      }
      for (const lane of model.lanes) {
        const row = el("div", "ta-row");
        row.append(laneLabel(lane, counts && k === 0));
        add(row, lane, k);
        system.append(row);
      }
      body.append(system);
    });
  }
  return { body, staves, present, fill, pending };
}

const LEGEND = [
  // mark, its sample (16 × 14), its meaning, and what that is, for who hears of it first
  [
    "inside",
    '<path class="cut" d="M8 1V13"/>',
    "cut inside a character",
    "A token ends here in the middle of a character: neither token alone is valid text.",
  ],
  [
    "cluster",
    '<path class="soft" d="M8 1V13"/>',
    "cut between characters drawn as one",
    "A reader sees one sign, such as a letter with its accent; it has several characters, and a token ends between them.",
  ],
  ["comb", '<path class="comb cut" d="M2 2.5H14M3 2v6M8 2v6M13 2v6"/>', "several such cuts"],
  [
    "byte",
    '<path class="byte" d="M2 11H15"/>',
    "byte fallback",
    "The vocabulary has no token for this character, so each of its bytes is a token.",
  ],
  [
    "unknown",
    '<path class="unk" d="M1 9L9 1M3 13L15 1M9 13L15 7"/>',
    "unknown to the vocabulary",
    "The tokenizer has no way to write this: what stands here is lost.",
  ],
  [
    "special",
    '<path class="spec" d="M4 2H12q3 0 3 3V9q0 3 -3 3H4q-3 0 -3 -3V5q0 -3 3 -3z"/>',
    "special token",
    "A token with a meaning of its own for the model, such as the end of a text or a turn.",
  ],
  [
    "inserted",
    '<path class="ins" d="M8 2l4 5l-4 5l-4 -5z"/>',
    "inserted, not in the text",
    "The tokenizer adds this token by itself, such as one that begins every text.",
  ],
  ["hidden", '<path class="flag" d="M6 1V13M6 1l6 2.5l-6 2.5z"/>', "character without width"],
  ["newline", '<path class="nl" d="M13 2v5.5H3m3 -3l-3 3l3 3"/>', "line end"],
  ["gap", '<path class="inv" d="M2 11.5v1.5H14v-1.5"/>', "no box: text that this tokenizer drops"],
];

function legend(present) {
  const node = el("div", "ta-legend");
  for (const [key, sample, meaning, about] of LEGEND) {
    if (!present.has(key)) continue;
    const item = el("span", "ta-key");
    if (about) item.title = about;
    item.append(svg("ta-sample", 16, 14, sample), el("span", "", meaning));
    node.append(item);
  }
  return node;
}
