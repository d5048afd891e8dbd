import assert from "node:assert/strict";
import { test } from "node:test";
import { declared } from "./declared.js";

const FILES = ["kept_text.js", "text_editor.js"].map((name) => `widgets/text_editor/${name}`);
const { directionOf, joined, KeptText, lineEnds, measureText, newlines, oddities, placeIn, spanFor, usualEnd } =
  declared(FILES, [
    "directionOf",
    "joined",
    "KeptText",
    "lineEnds",
    "measureText",
    "newlines",
    "oddities",
    "placeIn",
    "spanFor",
    "usualEnd",
  ]);

test("characters and bytes agree with the browser's own encoder", () => {
  for (const text of ["", "abc", "é€😀", "\r\n\t", "भाषा", "\u07ff\u0800\uffff"]) {
    const { characters, bytes, lone } = measureText(text);
    assert.deepEqual([characters, bytes, lone], [[...text].length, new TextEncoder().encode(text).length, 0]);
  }
});

test("halves of pairs are counted, and the first is found", () => {
  const { lone, firstLone } = measureText("a😀\ud800b\udc00");
  assert.deepEqual([lone, firstLone], [2, 2]);
});

test("each line end is counted once", () => {
  assert.deepEqual(lineEnds("a\r\nb\rc\nd\r\n"), { windows: 2, returns: 1, newlines: 1 });
  assert.deepEqual(["\r\n", "a\r\nb\r\n", "a\rb", "a\r\nb\n", "a"].map(usualEnd), ["\r\n", "\r\n", "\r", "\n", "\n"]);
});

test("a place in the text with newlines is one in the text itself", () => {
  const text = "a\r\nb\r\nc";
  const shown = newlines(text);
  for (let at = 0; at <= shown.length; at++)
    assert.equal(newlines(text.slice(0, placeIn(text, at))), shown.slice(0, at));
});

test("two stretches joined make no line end that was not there", () => {
  assert.equal(joined("a\r", "\nb"), "a\n\nb");
  assert.equal(joined("a\r", "b"), "a\rb");
});

test("typing keeps the line ends of the rest and takes the usual one", () => {
  const kept = KeptText();
  assert.equal(kept.put("one\r\ntwo\r\n"), "one\ntwo\n");
  kept.edited("one\ntwoo\n", 8, false);
  assert.equal(kept.text, "one\r\ntwoo\r\n");
  kept.edited("one\ntwoo\n\n", 10, false);
  assert.equal(kept.text, "one\r\ntwoo\r\n\r\n");
});

test("what is pasted stays as it was on the clipboard", () => {
  const kept = KeptText();
  kept.put("ab");
  kept.expect("x\r\ny");
  kept.edited("ax\nyb", 4, false);
  assert.equal(kept.text, "ax\r\nyb");
});

test("undoing gives back the very text that was there", () => {
  const kept = KeptText();
  kept.put("a\r\nb\rc");
  kept.edited("a\nb", 3, false);
  kept.edited("a\nb\nc", 5, true);
  assert.equal(kept.text, "a\r\nb\rc");
});

test("what cannot be seen at the ends of lines and at the front is said, and can be left out", () => {
  const [ends, mark] = oddities("\ufeffa\r\nb");
  assert.equal(ends.note, "Line ends: 1 × \\r\\n");
  assert.equal(ends.without("\ufeffa\r\nb"), "\ufeffa\nb");
  assert.equal(mark.without("\ufeffa"), "a");
  assert.deepEqual(oddities("a\nb"), []);
});

test("a long text is sent less often, and gets one direction for all its lines", () => {
  assert.deepEqual([spanFor(10), spanFor(1e9)], [120, 1200]);
  assert.deepEqual(
    [directionOf("abc"), directionOf("a".repeat(60000)), directionOf("  ش" + "a".repeat(60000))],
    ["auto", "ltr", "rtl"],
  );
});
