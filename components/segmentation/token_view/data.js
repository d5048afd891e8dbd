// data.js: the payload as flat arrays that answer "which byte, which character, which token" in constant or logarithmic time.
// Everything below works in UTF-16 code units of the window's text (what the DOM counts) and converts to bytes here, once.

const KIND = { ordinary: 0, byte: 1, unknown: 2, special: 3, inserted: 4 };
const KIND_WORDS = ["ordinary", "byte fallback", "unknown", "special", "inserted (not in the text)"];

// Names short enough to stand under a mark. Everything else invisible is named U+XXXX.
const SHORT_NAMES = new Map([
  [0x00, "NUL"],
  [0x07, "BEL"],
  [0x08, "BS"],
  [0x0b, "VT"],
  [0x0c, "FF"],
  [0x1b, "ESC"],
  [0x7f, "DEL"],
  [0x85, "NEL"],
  [0xa0, "NBSP"],
  [0xad, "SHY"],
  [0x200b, "ZWSP"],
  [0x200c, "ZWNJ"],
  [0x200d, "ZWJ"],
  [0x200e, "LRM"],
  [0x200f, "RLM"],
  [0x2028, "LS"],
  [0x2029, "PS"],
  [0x202a, "LRE"],
  [0x202b, "RLE"],
  [0x202c, "PDF"],
  [0x202d, "LRO"],
  [0x202e, "RLO"],
  [0x2060, "WJ"],
  [0x2066, "LRI"],
  [0x2067, "RLI"],
  [0x2068, "FSI"],
  [0x2069, "PDI"],
  [0xfeff, "BOM"],
]);

const codePointName = (cp) => "U+" + cp.toString(16).toUpperCase().padStart(4, "0");
const isControl = (cp) =>
  cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || /[\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}\p{Cs}]/u.test(String.fromCodePoint(cp));
const isSpace = (cp) =>
  cp === 0x20 || cp === 0xa0 || cp === 0x3000 || (cp >= 0x2000 && cp <= 0x200a) || cp === 0x202f || cp === 0x205f;
const isNewline = (cp) => cp === 0x0a || cp === 0x0d || cp === 0x2028 || cp === 0x2029;

/** First index in sorted `values[0..n)` whose value is > x. */
function upperBound(values, n, x) {
  let lo = 0,
    hi = n;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (values[mid] <= x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Starts of grapheme clusters (code units) plus the end as a sentinel. Plain Latin runs skip the segmenter: below U+0300 only CR LF clusters. */
function graphemeStarts(text) {
  const n = text.length,
    starts = [];
  const plain = (i) => i >= n || text.charCodeAt(i) < 0x300;
  const segmenter =
    typeof Intl !== "undefined" && Intl.Segmenter ? new Intl.Segmenter("und", { granularity: "grapheme" }) : null;
  let i = 0;
  while (i < n) {
    if (plain(i) && plain(i + 1)) {
      starts.push(i);
      i += text.charCodeAt(i) === 0x0d && text.charCodeAt(i + 1) === 0x0a ? 2 : 1;
      continue;
    }
    let j = i + 1;
    while (j < n && !(plain(j - 1) && plain(j))) j++;
    if (segmenter) for (const { index } of segmenter.segment(text.slice(i, j))) starts.push(i + index);
    else for (let k = i; k < j; k += text.codePointAt(k) > 0xffff ? 2 : 1) starts.push(k);
    i = j;
  }
  return Uint32Array.from([...starts, n]);
}

/** The payload with its text indexed by code unit, byte and grapheme, and the lanes that `state` lets stand, by byte. */
function prepare(payload, state) {
  const text = payload.text,
    n = text.length;
  const byteAt = new Uint32Array(n + 1),
    charAt = new Uint32Array(n + 1);
  let bytes = 0,
    chars = 0;
  for (let i = 0; i < n; ) {
    const cp = text.codePointAt(i),
      units = cp > 0xffff ? 2 : 1;
    for (let k = 0; k < units; k++) {
      byteAt[i + k] = bytes;
      charAt[i + k] = chars;
    }
    bytes += cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    chars += 1;
    i += units;
  }
  byteAt[n] = bytes;
  charAt[n] = chars;
  const unitAt = new Uint32Array(bytes + 1); // the code unit where the character holding this byte begins
  for (let i = 0; i < n; i++)
    if (i === 0 || byteAt[i] !== byteAt[i - 1])
      unitAt.fill(i, byteAt[i], byteAt[i + 1] > byteAt[i] ? byteAt[i + 1] : byteAt[i + 2]);
  unitAt[bytes] = n;
  const lanes = arrangedLanes(payload, state);
  return {
    payload,
    text,
    byteAt,
    charAt,
    unitAt,
    lanes,
    utf8: new TextEncoder().encode(text),
    nBytes: bytes,
    graphemes: graphemeStarts(text),
    /** True where byte b continues a character: a cut here is a cut inside a character. */
    inside(b) {
      return b > 0 && b < bytes && (this.utf8[b] & 0xc0) === 0x80;
    },
  };
}

/** Tokens of `lane` that share a byte with [start, end); for an empty span, the tokens at or around that place. */
function overlapping(lane, start, end) {
  const found = [];
  let t = upperBound(lane.ends, lane.count, start - 1); // ends are sorted: first token that ends at start or later
  for (; t < lane.count && lane.starts[t] <= end; t++) {
    const s = lane.starts[t],
      e = lane.ends[t];
    const shares = s < end && e > start;
    const bothEmptyHere = start === end && s === e && s === start;
    if (shares || bothEmptyHere || (start === end && s < start && e > start)) found.push(t);
  }
  if (!found.length && start === end) {
    // an inserted token facing lanes without one: the token that begins there, else the one before
    const next = upperBound(lane.starts, lane.count, start - 1);
    if (next < lane.count) found.push(next);
    else if (lane.count) found.push(lane.count - 1);
  }
  return found;
}

const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
const thin = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A text as pieces that are safe to show: printable runs, and names for everything invisible. */
function shownText(text, limit = 120) {
  const parts = [];
  let run = "",
    count = 0;
  const flush = () => {
    if (run) parts.push({ text: run });
    run = "";
  };
  for (const ch of text) {
    if (count++ >= limit) {
      run += "…";
      break;
    }
    const cp = ch.codePointAt(0);
    if (cp === 0x0a) {
      flush();
      parts.push({ name: "\\n" });
    } else if (cp === 0x0d) {
      flush();
      parts.push({ name: "\\r" });
    } else if (cp === 0x09) {
      flush();
      parts.push({ name: "\\t" });
    } else if (isControl(cp) || (isSpace(cp) && cp !== 0x20)) {
      flush();
      parts.push({ name: codePointName(cp) });
    } else run += cp === 0x20 ? "\u2423" : ch; // ␣: a leading space is part of the token and must be seen
  }
  flush();
  return parts;
}

/** All a reader may ask about one token. Offsets are in the whole text, not in the window. */
function describe(model, laneIndex, t) {
  const lane = model.lanes[laneIndex],
    start = lane.starts[t],
    end = lane.ends[t];
  const span = model.utf8.subarray(start, end);
  const piece = lane.pieces ? lane.pieces[String(t)] : undefined;
  const cutStart = model.inside(start),
    cutEnd = model.inside(end);
  const u0 = model.unitAt[start],
    u1 = cutEnd ? model.unitAt[end] + (model.text.codePointAt(model.unitAt[end]) > 0xffff ? 2 : 1) : model.unitAt[end];
  const detail = lane.details?.[String(lane.ids[t])] || {};
  return {
    lane,
    start,
    end,
    kind: lane.kinds[t] || 0,
    id: lane.ids[t],
    number: lane.first + t + 1,
    twins: lane.twins.map((twin) => ({ label: twin.label, id: twin.ids[t] })),
    text: start === end ? "" : model.text.slice(u0, u1),
    partial: start !== end && (cutStart || cutEnd),
    cutStart,
    cutEnd,
    spanHex: hex(span),
    pieceHex: piece === undefined ? null : piece.replace(/(..)(?=.)/g, "$1 "),
    bytes: [model.payload.byte_offset + start, model.payload.byte_offset + end],
    chars: [model.payload.char_offset + model.charAt[u0], model.payload.char_offset + model.charAt[u1]],
    spelling: detail.spelling || "",
    measure: detail.measure || "",
  };
}

/** The token in words, for a screen reader. */
function spoken(info) {
  const names = { "\\n": "newline", "\\r": "carriage return", "\\t": "tab" };
  const text = shownText(info.text, 60)
    .map((p) => (p.name ? ` ${names[p.name] || p.name} ` : p.text.replace(/\u2423/g, " space ")))
    .join("")
    .trim();
  const what = info.start === info.end ? "no text" : info.partial ? `part of ${text}` : text;
  return (
    `${info.lane.label}, token ${info.number}: ${what}, id ${info.id}` + (info.kind ? `, ${KIND_WORDS[info.kind]}` : "")
  );
}
