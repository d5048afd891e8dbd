// tip.js: the card of a token, or of a place where tokenizers cut: what it says, and where it stands.

function tipRow(list, name, ...values) {
  list.append(el("dt", "", name));
  const dd = el("dd", "");
  dd.append(...values);
  list.append(dd);
}

const shortHex = (text) => (text.length > 96 ? text.slice(0, 95) + "…" : text);

/** What the card of a token says. */
function tokenCard(view, info, pinned) {
  const head = el("div", "ta-tip-head");
  const mark = el("i", "ta-mark");
  mark.style.background = /^#[0-9a-fA-F]{3,8}$/.test(info.lane.colour) ? info.lane.colour : "currentColor";
  head.append(
    mark,
    isolated("span", "ta-tip-label", info.lane.label),
    el("span", "ta-tip-index", `token ${thin(info.number)}${info.lane.total ? ` of ${thin(info.lane.total)}` : ""}`),
  );
  const big = el("div", "ta-tip-text");
  if (info.start === info.end) big.append(el("span", "ta-tip-note", info.spelling ? "" : "no text of its own"));
  if (info.start === info.end && info.spelling) big.append(isolated("span", "", info.spelling.slice(0, 80)));
  for (const part of shownText(info.text))
    big.append(part.name ? el("span", "ta-chip", part.name) : el("bdi", "", part.text));
  const list = el("dl");
  tipRow(list, "id", String(info.id));
  for (const twin of info.twins)
    if (twin.id !== info.id) tipRow(list, "id in", isolated("span", "", twin.label), ` ${twin.id}`);
  if (info.partial) tipRow(list, "holds", partialWords(view.model, info));
  const differ = info.pieceHex !== null && info.pieceHex.replace(/ /g, "") !== info.spanHex.replace(/ /g, "");
  if (differ) {
    tipRow(list, "vocabulary bytes", shortHex(info.pieceHex) || "none");
    tipRow(list, "text bytes", shortHex(info.spanHex) || "none");
  } else tipRow(list, "bytes", shortHex(info.pieceHex || info.spanHex) || "none");
  const range = ([a, b], unit) =>
    a === b
      ? `before ${unit} ${thin(a + 1)}`
      : b - a === 1
        ? `${unit} ${thin(b)}`
        : `${unit}s ${thin(a + 1)}–${thin(b)}`; // counted from 1, as tokens are
  tipRow(list, "in the text", `${range(info.chars, "character")} · ${range(info.bytes, "byte")}`);
  tipRow(list, "kind", KIND_WORDS[info.kind]);
  if (info.spelling) tipRow(list, "spelling", isolated("span", "", info.spelling.slice(0, 80)));
  if (info.measure) tipRow(list, "in the model", info.measure);
  const nodes = [head, big, list];
  if (differ)
    nodes.push(
      el(
        "div",
        "ta-tip-note",
        "The tokenizer changed the text here: its vocabulary entry spells other bytes than the text has.",
      ),
    );
  if (pinned) nodes.push(el("div", "ta-tip-note", view.narrow ? "Tap elsewhere to close." : "Pinned. Esc releases."));
  return nodes;
}

function partialWords(m, info) {
  const parts = [];
  const say = (b0, b1) => {
    const u = m.unitAt[b0],
      c0 = m.byteAt[u],
      cp = m.text.codePointAt(u),
      size = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    const a = b0 - c0 + 1,
      b = Math.min(b1 - c0, size);
    parts.push(
      `${a === b ? "byte " + a : `bytes ${a}–${b}`} of the ${size} of ${isControl(cp) ? "" : `\u2068${String.fromCodePoint(cp)}\u2069 `}${codePointName(cp)}`,
    );
  };
  if (info.cutStart) say(info.start, info.end);
  if (info.cutEnd && (!info.cutStart || m.unitAt[info.end] !== m.unitAt[info.start]))
    say(m.byteAt[m.unitAt[info.end]], info.end);
  return parts.join(", ");
}

/** Beside a token, in sight, and over nothing that belongs to it. */
function placeTokenCard(tip, stage, rects) {
  const origin = stage.getBoundingClientRect(),
    gap = 8,
    edge = 8;
  const visible = rects.find((r) => r.y + origin.top > 0 && r.y + origin.top < innerHeight) || rects[0];
  const x = origin.left + visible.x,
    y0 = origin.top + visible.y - 2,
    y1 = y0 + visible.h + 4;
  tip.classList.toggle("ta-sheet", innerWidth < 500);
  if (innerWidth < 500) {
    tip.style.left = tip.style.top = "";
    return;
  }
  const w = tip.offsetWidth,
    h = tip.offsetHeight;
  const system = visible.node.closest(".ta-system");
  const below = system ? system.getBoundingClientRect().bottom : y1; // below the whole system, so that the lit tokens stay in sight
  const above = system ? system.getBoundingClientRect().top : y0;
  const places = [below + gap, above - gap - h, y1 + gap, y0 - gap - h];
  if (below - y1 > 200) places.unshift(...places.splice(2, 2)); // a tall system: stay near the token
  const fits = (y) => y >= edge && y + h <= innerHeight - edge,
    highest = Math.max(edge, origin.top);
  const top = places.find((y) => fits(y) && y >= highest) ?? places.find(fits) ?? y1 + gap; // not over what stands above the picture, if it can be
  tip.style.left = Math.max(edge, Math.min(x, innerWidth - w - edge)) + "px";
  tip.style.top = Math.max(edge, Math.min(top, innerHeight - h - edge)) + "px";
}

function openCard(tip) {
  tip.classList.add("ta-open");
  if (tip.popover && !tip.matches(":popover-open"))
    try {
      tip.showPopover();
    } catch {
      /* not connected */
    }
}

function closeCard(tip) {
  tip.classList.remove("ta-open");
  if (tip.popover && tip.matches(":popover-open")) tip.hidePopover();
}

/** The bar of a consensus track that the pointer means, or null. */
function barAt(track, event) {
  const x = event.clientX - track.getBoundingClientRect().left;
  let best = null;
  for (const bar of track.taBars)
    if (Math.abs(bar.x - x) < 5 && (!best || Math.abs(bar.x - x) < Math.abs(best.x - x))) best = bar;
  return best;
}

/** What the card of a bar says: which tokenizers cut there. */
function barCard(model, bar) {
  const names = el("div", "ta-tip-note");
  const cutting = bar.lanes.flatMap((index) => [model.lanes[index], ...model.lanes[index].twins]);
  for (const [k, lane] of cutting.entries()) names.append(k ? " · " : "", el("bdi", "", lane.label));
  return [el("div", "", `${bar.n} of ${nTokenizers(model)} tokenizers cut here`), names];
}

function placeBarCard(tip, track, bar) {
  const box = track.getBoundingClientRect(),
    w = tip.offsetWidth,
    h = tip.offsetHeight,
    top = box.top - h - 6;
  tip.classList.remove("ta-sheet");
  tip.style.left = Math.max(8, Math.min(box.left + bar.x - w / 2, innerWidth - w - 8)) + "px";
  tip.style.top = (top < 8 ? box.bottom + 6 : top) + "px";
}
