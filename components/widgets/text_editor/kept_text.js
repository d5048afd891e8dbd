// kept_text.js: the text itself, beside a text area that knows no line end but \n and would lose every \r.

const newlines = (text) => (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text);
const REMEMBERED = 40,
  REMEMBERED_LENGTH = 4e6; // texts with carriage returns, for undo and redo: their number, code units in all

/** Two stretches side by side; a \r and a \n that did not belong together do not become one line end. */
const joined = (a, b) => (a.endsWith("\r") && b.startsWith("\n") ? a.slice(0, -1) + "\n" : a) + b;

/** Where in `text` the place stands that is `at` code units into the same text with newlines. */
function placeIn(text, at) {
  for (let k = text.indexOf("\r\n"); k >= 0 && k < at; k = text.indexOf("\r\n", k + 2)) at += 1;
  return at;
}

/** How often each line end stands in a text. */
function lineEnds(text) {
  const found = { windows: 0, returns: 0, newlines: 0 };
  if (!text.includes("\r")) return found;
  for (const [end] of text.matchAll(/\r\n|\r|\n/g))
    found[end === "\n" ? "newlines" : end === "\r" ? "returns" : "windows"] += 1;
  return found;
}

/** The line end that the whole text uses, \n where it uses several or none. */
function usualEnd(text) {
  const { windows, returns, newlines: plain } = lineEnds(text);
  return windows && !returns && !plain ? "\r\n" : returns && !windows && !plain ? "\r" : "\n";
}

function KeptText() {
  let text = "",
    shown = "",
    pasted = null,
    remembered = [];

  function take(next, value) {
    text = next;
    shown = value;
    if (!text.includes("\r")) return;
    remembered.push({ text, shown });
    let length = 0,
      from = remembered.length;
    while (
      from > 0 &&
      remembered.length - from < REMEMBERED &&
      (length += remembered[from - 1].text.length) <= REMEMBERED_LENGTH
    )
      from -= 1;
    remembered = remembered.slice(Math.min(from, remembered.length - 1));
  }

  /** What an edit replaced: [start, end of the old stretch, end of the new one], in the texts with newlines. */
  function edit(value, caret) {
    const most = Math.min(shown.length, value.length),
      tail = Math.min(most, value.length - caret);
    let end = 0;
    while (end < tail && shown[shown.length - 1 - end] === value[value.length - 1 - end]) end += 1;
    let start = 0;
    while (start < most - end && shown[start] === value[start]) start += 1;
    if (pasted !== null) {
      // what was pasted begins where it begins, even if the same letters stood there before
      const begin = value.length - end - newlines(pasted).length;
      if (begin >= 0 && begin <= start) start = begin;
    }
    return [start, shown.length - end, value.length - end];
  }

  return {
    get text() {
      return text;
    },
    /** Take another text over; gives what the text area shows for it. */
    put(next) {
      pasted = null;
      take(next, newlines(next));
      return shown;
    },
    /** The next edit puts this in, as it stands on the clipboard. */
    expect(next) {
      pasted = next;
    },
    /** The text area now shows `value`; `caret` is where the edit ended. */
    edited(value, caret, undoing) {
      if (value === shown) return;
      const before = undoing && remembered.findLast((one) => one.shown === value);
      if (before) take(before.text, value);
      else if (!text.includes("\r") && !(pasted || "").includes("\r")) take(value, value);
      else {
        const [start, oldEnd, newEnd] = edit(value, caret),
          typed = value.slice(start, newEnd),
          end = usualEnd(text);
        const put =
          pasted !== null && newlines(pasted) === typed ? pasted : end === "\n" ? typed : typed.replaceAll("\n", end);
        const next = joined(joined(text.slice(0, placeIn(text, start)), put), text.slice(placeIn(text, oldEnd)));
        take(newlines(next) === value ? next : value, value);
      }
      pasted = null;
    },
  };
}
