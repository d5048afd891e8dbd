// geometry.js: where every grapheme cluster of every visual line stands, measured once per line and shared by all tokenizers.
// The text is never cut into spans: a line is one text node, and the browser shapes it as it would any plain text.

const GUTTER = 14; // room beside a line for marks of tokens that have no text, px
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const BIDI_SENSITIVE =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ARABIC_LETTER = /[\u0600-\u07bf\u0860-\u08ff\ufb50-\ufdff\ufe70-\ufefc]/;
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Adlam}\p{Script=Mandaic}\p{Script=Hanifi_Rohingya}]/u;

function strongMark(ch) {
  // the invisible mark with the same bidirectional class as a strong character, or null for a weak one
  if (!/\p{L}/u.test(ch)) return null;
  return ARABIC_LETTER.test(ch) ? "\u061c" : RTL_LETTER.test(ch) ? "\u200f" : "\u200e";
}

/** Embeddings and isolates still open at `until`, so that a line drawn alone keeps the direction it has inside its paragraph. */
function openEmbeddings(text, from, until) {
  const kinds = {
    "\u202a": ["embed", "ltr"],
    "\u202b": ["embed", "rtl"],
    "\u202d": ["bidi-override", "ltr"],
    "\u202e": ["bidi-override", "rtl"],
    "\u2066": ["isolate", "ltr"],
    "\u2067": ["isolate", "rtl"],
    "\u2068": ["isolate", "ltr"],
  };
  const stack = [];
  for (let i = from; i < until; i++) {
    const ch = text[i];
    if (kinds[ch]) stack.push(kinds[ch]);
    else if (ch === "\u202c" && stack.length && stack[stack.length - 1][0] !== "isolate") stack.pop();
    else if (ch === "\u2069") {
      const at = stack.map((s) => s[0]).lastIndexOf("isolate");
      if (at >= 0) stack.length = at;
    }
  }
  return stack;
}

/** Marks before and after a line that stand for its neighbours: they resolve weak characters and keep Arabic letters joined over a break. */
function lineContext(text, paragraph, start, end) {
  let before = "",
    after = "";
  if (start > paragraph.start) {
    if (JOINING.test(text[start - 1]) && JOINING.test(text[start])) before = "\u200d";
    else for (let i = start - 1; i >= paragraph.start && !before; i--) before = strongMark(text[i]) || "";
  }
  if (end < paragraph.end) {
    if (JOINING.test(text[end - 1]) && JOINING.test(text[end])) after = "\u200d";
    else if (!/\s/.test(text[end - 1]))
      for (let i = end; i < paragraph.end && !after; i++) after = strongMark(text[i]) || "";
  }
  return { before, after };
}

/** The element that draws one line: one text node, whole. Every stave uses this, and so does the measuring. */
function lineElement(line, width) {
  const div = document.createElement("div");
  div.className = "ta-text";
  div.dir = line.dir;
  if (width) div.style.width = width + "px";
  if (line.before) div.dataset.before = line.before;
  if (line.after) div.dataset.after = line.after;
  let host = div;
  for (const [bidi, direction] of line.stack) {
    const span = document.createElement("span");
    span.style.unicodeBidi = bidi;
    span.style.direction = direction;
    host.append(span);
    host = span;
  }
  host.append(document.createTextNode(line.text));
  return div;
}

const textNodeOf = (node) => {
  while (node.nodeType !== 3) node = node.firstChild;
  return node;
};

/** Paragraphs: stretches without a newline, each followed by the newline clusters that end it (several when lines are empty). */
function paragraphs(model) {
  const { text, graphemes } = model,
    list = [],
    n = graphemes.length - 1;
  const newline = (g) => isNewline(text.charCodeAt(graphemes[g]));
  let g = 0;
  do {
    const g0 = g;
    while (g < n && !newline(g)) g++;
    const g1 = g;
    while (g < n && newline(g)) g++;
    list.push({ start: graphemes[g0], end: graphemes[g1], g0, g1, gNext: g });
  } while (g < n);
  return list;
}

/** Splits the model's text into visual lines for `width` px. Unchanged paragraphs and lines come from `cache`. */
function layoutLines(model, width, measureBox, cache, metrics) {
  const { text, graphemes } = model;
  const key = `${width}|${metrics.font}|`;
  const wrapWidth = Math.max(40, width - metrics.space - metrics.newline);
  const todo = [];
  const paras = paragraphs(model);
  for (const p of paras) {
    p.text = text.slice(p.start, p.end);
    p.bidi = BIDI_SENSITIVE.test(p.text);
    p.known = cache.breaks.get(key + p.text);
    if (p.known) continue;
    p.block = document.createElement("div");
    p.block.className = "ta-measure";
    p.block.style.width = wrapWidth + "px";
    p.block.dir = p.bidi ? "auto" : "ltr";
    p.block.append(document.createTextNode(p.text));
    todo.push(p);
  }
  measureBox.replaceChildren(...todo.map((p) => p.block));
  for (const p of todo) {
    p.known = {
      dir: p.bidi ? getComputedStyle(p.block).direction : "ltr",
      breaks: p.text ? findBreaks(p, model, metrics.line) : [],
    };
    cache.breaks.set(key + p.text, p.known);
  }
  const lines = [];
  for (const p of paras) {
    const stops = [...p.known.breaks.map((g) => p.g0 + g), p.g1];
    let g0 = p.g0;
    for (const g1 of stops) {
      const start = graphemes[g0],
        end = graphemes[g1];
      const context = p.bidi ? lineContext(text, p, start, end) : { before: "", after: "" };
      lines.push({
        g0,
        g1,
        gTail: g1 === p.g1 ? p.gNext : g1,
        start,
        end,
        text: text.slice(start, end),
        dir: p.known.dir,
        stack: p.bidi ? openEmbeddings(text, p.start, start) : [],
        ...context,
      });
      g0 = g1;
    }
  }
  measureLines(model, lines, width, measureBox, cache, key);
  placeNewlines(model, lines, width, metrics.newline);
  measureBox.replaceChildren();
  if (cache.breaks.size > 4000) cache.breaks.clear();
  if (cache.lines.size > 4000) cache.lines.clear();
  return lines;
}

/** Relative grapheme indices at which new visual lines begin, by bisection on the line each grapheme stands on. */
function findBreaks(p, model, lineHeight) {
  const node = p.block.firstChild,
    { graphemes, text } = model,
    range = document.createRange();
  const box = p.block.getBoundingClientRect();
  const nLines = Math.round(box.height / lineHeight);
  if (nLines <= 1) return [];
  const lineOf = (g) => {
    range.setStart(node, graphemes[g] - p.start);
    range.setEnd(node, graphemes[g + 1] - p.start);
    const rects = range.getClientRects();
    return rects.length ? Math.floor((rects[rects.length - 1].top - box.top + 1) / lineHeight) : -1;
  };
  const solidLineOf = (g) => {
    let k = -1;
    for (; g > p.g0 && (k = lineOf(g)) < 0; g--);
    return Math.max(0, k);
  };
  const breaks = [];
  let from = p.g0;
  for (let k = 1; k < nLines; k++) {
    let lo = from,
      hi = p.g1;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (solidLineOf(mid) >= k) hi = mid;
      else lo = mid + 1;
    }
    if (lo >= p.g1) break;
    from = lo;
    // Break before a single space, not after it: most tokenizers glue the space to the next word, and this keeps that token in one piece.
    const at = graphemes[lo];
    const glue =
      lo - 2 > p.g0 &&
      text[at - 1] === " " &&
      text[at - 2] !== " " &&
      text[at] !== " " &&
      lo - 1 > (breaks.length ? breaks[breaks.length - 1] + p.g0 : p.g0);
    breaks.push((glue ? lo - 1 : lo) - p.g0);
  }
  return breaks;
}

/** Measures each line as it will be drawn, alone: left and right edge (px from the line box's left) and direction of each grapheme. */
function measureLines(model, lines, width, measureBox, cache, key) {
  const todo = [];
  for (const line of lines) {
    line.key = key + [line.dir, line.before, line.after, line.stack.join(), line.text].join("\u0001");
    const known = cache.lines.get(line.key);
    if (known) Object.assign(line, known);
    else todo.push(line);
  }
  const drawn = todo.map((line) => lineElement(line, width));
  measureBox.replaceChildren(...drawn);
  const range = document.createRange(),
    { graphemes } = model;
  todo.forEach((line, k) => {
    const node = textNodeOf(drawn[k]),
      left = drawn[k].getBoundingClientRect().left,
      n = line.g1 - line.g0;
    const x0 = new Float64Array(n),
      x1 = new Float64Array(n);
    const origin = line.dir === "rtl" ? width : 0;
    for (let i = 0; i < n; i++) {
      range.setStart(node, graphemes[line.g0 + i] - line.start);
      range.setEnd(node, graphemes[line.g0 + i + 1] - line.start);
      const rects = range.getClientRects();
      if (!rects.length) {
        x0[i] = x1[i] = i ? (line.dir === "rtl" ? x0[i - 1] : x1[i - 1]) : origin;
        continue;
      }
      let a = Infinity,
        b = -Infinity;
      for (const r of rects) {
        if (r.left < a) a = r.left;
        if (r.right > b) b = r.right;
      }
      x0[i] = a - left;
      x1[i] = b - left;
    }
    const geometry = {
      x0,
      x1,
      rtl: directions(line, x0, x1),
      left: n ? Math.min(...x0) : origin,
      right: n ? Math.max(...x1) : origin,
    };
    cache.lines.set(line.key, geometry);
    Object.assign(line, geometry);
  });
  for (const line of lines) {
    // cached arrays hold the text only: newlines are added per layout
    line.x0 = Array.from(line.x0);
    line.x1 = Array.from(line.x1);
    line.rtl = Array.from(line.rtl);
    line.newlines = [];
  }
}

/** 1 where a grapheme runs right to left: told by which neighbour it touches, and by its letter where neighbours disagree. */
function directions(line, x0, x1) {
  const n = x0.length,
    rtl = new Uint8Array(n),
    base = line.dir === "rtl" ? 1 : 0;
  if (!base && !BIDI_SENSITIVE.test(line.text) && !line.stack.length) return rtl;
  const link = (i) => {
    // direction in which grapheme i + 1 follows grapheme i, or -1
    if (i < 0 || i + 1 >= n) return -1;
    const ltr = Math.abs(x1[i] - x0[i + 1]),
      back = Math.abs(x0[i] - x1[i + 1]);
    return Math.min(ltr, back) > 1.5 || ltr === back ? -1 : back < ltr ? 1 : 0;
  };
  const letters = strongDirections(line.text);
  for (let i = 0; i < n; i++) {
    const before = link(i - 1),
      after = link(i);
    if (before >= 0 && before === after) rtl[i] = before;
    else if (letters[i] >= 0) rtl[i] = letters[i];
    else rtl[i] = after >= 0 ? after : before >= 0 ? before : base;
  }
  return rtl;
}

/** Strong direction of each grapheme cluster of a line: 1 right to left, 0 left to right, -1 weak. */
function strongDirections(text) {
  const starts = graphemeStarts(text),
    out = [];
  for (let k = 0; k + 1 < starts.length; k++) {
    const ch = String.fromCodePoint(text.codePointAt(starts[k]));
    out.push(RTL_LETTER.test(ch) ? 1 : /\p{L}/u.test(ch) ? 0 : -1);
  }
  return out;
}

/** Gives each newline cluster a small box after the end of its line; those that do not fit start lines of their own. */
function placeNewlines(model, lines, width, size) {
  for (let k = 0; k < lines.length; k++) {
    const line = lines[k],
      rtl = line.dir === "rtl";
    let x = line.text ? (rtl ? line.left : line.right) : rtl ? width : 0;
    let g = line.g1;
    for (; g < line.gTail; g++) {
      if (line.newlines.length && (rtl ? x - size < 0 : x + size > width)) break;
      line.newlines.push(line.x0.length);
      line.x0.push(rtl ? x - size : x);
      line.x1.push(rtl ? x : x + size);
      line.rtl.push(rtl ? 1 : 0);
      x += rtl ? -size : size;
    }
    if (g < line.gTail) {
      const rest = {
        ...line,
        g0: g,
        g1: g,
        gTail: line.gTail,
        start: model.graphemes[g],
        end: model.graphemes[g],
        text: "",
        before: "",
        after: "",
        stack: [],
        x0: [],
        x1: [],
        rtl: [],
        newlines: [],
        left: rtl ? width : 0,
        right: rtl ? width : 0,
      };
      lines.splice(k + 1, 0, rest);
    }
    line.gTail = g;
    line.byte0 = model.byteAt[line.start];
    line.byte1 = model.byteAt[model.graphemes[line.gTail]];
  }
}

/** The x of the cut before byte `b` on a line: inside a grapheme it is a fraction of its bytes, counted from its own leading edge. */
function xOfByte(model, line, b) {
  const g = upperBound(model.graphemes, model.graphemes.length - 1, model.unitAt[Math.min(b, line.byte1)]) - 1;
  const i = Math.min(g, line.gTail - 1) - line.g0;
  if (i < 0 || !line.x0.length) return line.dir === "rtl" ? line.right : line.left;
  if (b >= line.byte1) {
    const last = line.x0.length - 1;
    return line.rtl[last] ? line.x0[last] : line.x1[last];
  }
  const s = model.byteAt[model.graphemes[g]],
    e = model.byteAt[model.graphemes[g + 1]],
    f = (b - s) / (e - s);
  return line.rtl[i] ? line.x1[i] - f * (line.x1[i] - line.x0[i]) : line.x0[i] + f * (line.x1[i] - line.x0[i]);
}
