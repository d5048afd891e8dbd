import assert from "node:assert/strict";
import { test } from "node:test";
import { declared } from "./declared.js";

const { grown, edges } = declared(["segmentation/step_player/step_player.js"], ["grown", "edges"]);
const merged = {
  symbols: ["a", "b", "c"],
  steps: [
    { at: 1, old: 2, made: ["bc"], why: "rank 1" },
    { at: 0, old: 2, made: ["abc"], why: "rank 2" },
  ],
};

test("a merge stands over what it was made of", () => {
  const nodes = grown(merged);
  assert.deepEqual(
    nodes.map(({ text, step, level, first, last }) => [text, step, level, first, last]),
    [
      ["a", 0, 0, 0, 0],
      ["b", 0, 0, 1, 1],
      ["c", 0, 0, 2, 2],
      ["bc", 1, 1, 1, 2],
      ["abc", 2, 2, 0, 2],
    ],
  );
  assert.deepEqual(nodes[4].children, [nodes[0], nodes[3]]);
});

test("what is taken apart goes, and its parts share its place", () => {
  const [whole, left, right] = grown({ symbols: ["ab"], steps: [{ at: 0, old: 1, made: ["a", "b"], why: "unknown" }] });
  assert.equal(whole.until, 1);
  assert.deepEqual(
    [left, right].map(({ part, parts, first, last }) => [part, parts, first, last]),
    [
      [0, 2, 0, 0],
      [1, 2, 0, 0],
    ],
  );
});

test("every node has room for its letters", () => {
  const widthOf = (text) => 30 * text.length;
  const nodes = grown(merged);
  const x = edges(nodes, 3, widthOf);
  for (const node of nodes) assert.ok(x[node.last + 1] - x[node.first] >= widthOf(node.text) + 16);
});
