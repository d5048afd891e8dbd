// marks.js: marks over a line, where tokenizers cut and what is hidden in the text, and the consensus track above it.
// Only numbers and fixed class names go into markup strings here.

const COMB_PITCH = 3; // px between the teeth of a comb, which stands for many cuts inside one cluster

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
