// ids.js: token ids under their boxes, in two rows, so that no id stands over another.

const ID_SIZE = 9.5,
  ID_ROW = 11,
  ID_ROWS = 2;
const idRoom = (payload) => (payload.ids ? ID_ROWS * ID_ROW + 1 : 0); // px under each line

/** The widest piece of every token on a line, from left to right. */
function widestPieces(pieces) {
  const widest = new Map();
  for (const p of pieces)
    if (!widest.has(p.t) || p.x1 - p.x0 > widest.get(p.t).x1 - widest.get(p.t).x0) widest.set(p.t, p);
  return [...widest.values()].sort((a, b) => a.x0 - b.x0);
}

/** Ids as SVG: each under the middle of its box, in the first row with room for it; a tick stands for one without room. */
function idLabels(lane, pieces, size) {
  const reach = Array(ID_ROWS).fill(-Infinity);
  let texts = "",
    leaders = "";
  for (const p of widestPieces(pieces)) {
    const id = String(lane.ids[p.t]),
      half = (id.length * ID_SIZE * 0.56) / 2 + 1.5,
      cx = Math.max(half, Math.min((p.x0 + p.x1) / 2, size.width - half));
    const row = reach.findIndex((x) => cx - half >= x);
    if (row < 0) {
      leaders += `M${r1(cx)} ${size.height}v2.5`;
      continue;
    }
    reach[row] = cx + half;
    if (row) leaders += `M${r1(cx)} ${size.height - 1}v${row * ID_ROW}`;
    texts += `<text class="tid" x="${r1(cx)}" y="${r1(size.height + (row + 1) * ID_ROW - 2)}">${id}</text>`;
  }
  return (leaders ? `<path class="lead" d="${leaders}"/>` : "") + texts;
}
