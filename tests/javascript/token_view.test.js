import assert from "node:assert/strict";
import { test } from "node:test";
import { declared } from "./declared.js";

const FOLDER = "segmentation/token_view/";
const FILES = ["data.js", "geometry.js", "ids.js", "marks.js", "paint.js", "arrange.js", "find.js", "export.js"].map(
  (name) => FOLDER + name,
);
const view = declared(FILES, [
  "arrangement",
  "arrangedLanes",
  "arrangedLines",
  "codePointName",
  "describe",
  "graphemeStarts",
  "hex",
  "idLabels",
  "lineContext",
  "moved",
  "openEmbeddings",
  "overlapping",
  "paragraphs",
  "prepare",
  "shownText",
  "spoken",
  "thin",
  "upperBound",
  "xml",
]);

const lane = (spec, cuts, more = {}) => ({
  spec,
  label: spec,
  cut: 0,
  starts: cuts.slice(0, -1),
  ends: cuts.slice(1),
  ids: cuts.slice(1).map((end) => 100 + end),
  kinds: cuts.slice(1).map(() => 0),
  ...more,
});

const modelOf = (text, lanes, state = {}) =>
  view.prepare({ text, lanes, byte_offset: 0, char_offset: 0 }, view.arrangement({ folded: false, ...state }));

test("bytes, characters and code units are told apart", () => {
  const model = modelOf("aé€😀", [lane("one", [0, 10])]);
  assert.equal(model.nBytes, 10);
  assert.deepEqual([...model.byteAt], [0, 1, 3, 6, 6, 10]);
  assert.deepEqual([...model.charAt], [0, 1, 2, 3, 3, 4]);
  assert.deepEqual([...model.unitAt], [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 5]);
});

test("a cut inside a character is one, at its edges it is none", () => {
  const model = modelOf("é€", [lane("one", [0, 5])]);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((byte) => model.inside(byte)),
    [false, true, false, true, true, false],
  );
});

test("clusters of a grapheme stay together, also behind plain letters", () => {
  assert.deepEqual([...view.graphemeStarts("ab")], [0, 1, 2]);
  assert.deepEqual([...view.graphemeStarts("e\u0301x")], [0, 2, 3]);
  assert.deepEqual([...view.graphemeStarts("a\r\nb")], [0, 1, 3, 4]);
  assert.deepEqual([...view.graphemeStarts("👩‍👩‍👧!")], [0, 8, 9]);
  assert.deepEqual([...view.graphemeStarts("")], [0]);
});

test("the upper bound agrees with counting", () => {
  const values = [1, 1, 3, 3, 3, 8];
  for (let x = 0; x < 10; x++)
    assert.equal(view.upperBound(values, values.length, x), values.filter((value) => value <= x).length);
});

test("tokens that share a byte with a stretch, and those at an empty one", () => {
  const one = { ...lane("one", [0, 2, 2, 5]), count: 3 };
  assert.deepEqual(view.overlapping(one, 1, 3), [0, 1, 2], "an inserted one between them as well");
  assert.deepEqual(view.overlapping(one, 2, 2), [1]);
  assert.deepEqual(view.overlapping(one, 3, 3), [2]);
  assert.deepEqual(view.overlapping({ ...lane("two", [0, 2, 5]), count: 2 }, 2, 2), [1], "the token that begins there");
});

test("a token that holds a part of a character says so", () => {
  const model = modelOf("€x", [lane("one", [0, 2, 4])]);
  const [first, second] = [0, 1].map((t) => view.describe(model, 0, t));
  assert.deepEqual([first.cutStart, first.cutEnd, first.partial], [false, true, true]);
  assert.equal(first.spanHex, "e2 82");
  assert.equal(second.text, "€x");
  assert.equal(view.spoken(first), "one, token 1: part of €, id 102");
});

test("nothing invisible is shown as nothing", () => {
  assert.deepEqual(view.shownText(" a\u00a0\u200d\n"), [
    { text: "␣a" },
    { name: "U+00A0" },
    { name: "U+200D" },
    { name: "\\n" },
  ]);
  assert.deepEqual(view.shownText("abc", 2), [{ text: "ab…" }]);
  assert.equal(view.codePointName(0x1f600), "U+1F600");
});

test("numbers are parted by thin spaces, bytes written in pairs", () => {
  assert.equal(view.thin(1234567), "1\u202f234\u202f567");
  assert.equal(view.thin(999), "999");
  assert.equal(view.hex([0, 255]), "00 ff");
});

test("lanes with the same cuts fold into one, unless the ids that are seen differ", () => {
  const lanes = [
    lane("a", [0, 2, 4], { cut: 1 }),
    lane("b", [0, 2, 4], { cut: 1, ids: [7, 8] }),
    lane("c", [0, 4], { cut: 2 }),
  ];
  const shown = (payload, state) =>
    view.arrangedLanes(payload, view.arrangement(state)).map((one) => [one.spec, one.weight]);
  assert.deepEqual(shown({ lanes }, {}), [
    ["a", 2],
    ["c", 1],
  ]);
  assert.deepEqual(shown({ lanes, ids: true }, {}), [
    ["a", 1],
    ["b", 1],
    ["c", 1],
  ]);
  assert.deepEqual(shown({ lanes }, { folded: false, hidden: ["a"] }), [
    ["b", 1],
    ["c", 1],
  ]);
  assert.deepEqual(shown({ lanes }, { alone: "c" }), [["c", 1]]);
  assert.deepEqual(
    shown({ lanes }, { hidden: ["a", "b", "c"] }),
    [
      ["a", 2],
      ["c", 1],
    ],
    "never none at all",
  );
});

test("lines that all cut alike are left out, and said to be", () => {
  const model = modelOf("abcd", [lane("a", [0, 2, 4]), lane("b", [0, 2, 3, 4])]);
  const lines = [
    { byte0: 0, byte1: 2 },
    { byte0: 2, byte1: 4 },
  ];
  const { kept, note } = view.arrangedLines(model, lines, { differing: true });
  assert.deepEqual(kept, [lines[1]]);
  assert.match(note, /^1 of 2 lines are left out/);
  assert.deepEqual(view.arrangedLines(model, lines, { differing: false }), { kept: lines, note: "" });
});

test("a lane is moved to its new place", () => {
  const lanes = ["a", "b", "c"].map((spec) => ({ spec }));
  assert.deepEqual(view.moved(lanes, 2, 0), ["c", "a", "b"]);
  assert.deepEqual(view.moved(lanes, 0, 1), ["b", "a", "c"]);
});

test("no id stands over another", () => {
  const pieces = [0, 1, 2].map((t) => ({ t, x0: 10 * t, x1: 10 * t + 9 }));
  const svg = view.idLabels({ ids: [100000, 200000, 300000] }, pieces, { width: 100, height: 30 });
  const rows = [...svg.matchAll(/x="([\d.]+)" y="([\d.]+)">(\d+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  for (const [k, [x, y]] of rows.entries())
    for (const [other, otherY] of rows.slice(k + 1)) assert.ok(y !== otherY || Math.abs(x - other) > 6 * 9.5 * 0.56);
  assert.equal(rows.length + [...svg.matchAll(/v2\.5/g)].length, 3, "one without room has a tick");
});

test("paragraphs end with all the newlines behind them", () => {
  const model = modelOf("ab\n\nc", [lane("a", [0, 5])]);
  assert.deepEqual(
    view.paragraphs(model).map(({ start, end, gNext }) => [start, end, gNext]),
    [
      [0, 2, 4],
      [4, 5, 5],
    ],
  );
});

test("a line keeps the direction it has inside its paragraph", () => {
  assert.deepEqual(view.openEmbeddings("a\u2067b\u202ac", 0, 5), [
    ["isolate", "rtl"],
    ["embed", "ltr"],
  ]);
  assert.deepEqual(
    view.openEmbeddings("a\u2067b\u202ac\u2069", 0, 6),
    [],
    "the end of an isolate closes what is open inside",
  );
  const text = "بب!"; // a break between two letters that join, and one before a mark
  assert.deepEqual(view.lineContext(text, { start: 0, end: 3 }, 0, 1), { before: "", after: "\u200d" });
  assert.deepEqual(view.lineContext(text, { start: 0, end: 3 }, 2, 3), { before: "\u061c", after: "" });
});

test("what XML cannot hold is shown by its control picture", () => {
  assert.equal(view.xml('<a & "b">'), "&lt;a &amp; &quot;b&quot;&gt;");
  assert.equal(view.xml("\u0000\r\ud800x😀"), "\u2400\u240d\ufffdx😀");
});
