// What the files of a component declare, for tests: in the page they share one scope without a build step, so here as well.

import { readFileSync } from "node:fs";

const COMPONENTS = new URL("../../components/", import.meta.url);

/** The names that files under components/ declare, joined in this order: `declared(["a/one.js"], ["f"]).f`. */
export function declared(files, names) {
  const sources = files.map((file) => readFileSync(new URL(file, COMPONENTS), "utf8"));
  const script = sources
    .join("\n")
    .replace(/^export default function *(\w*)/gm, (_, name) => `function ${name || "entry"}`);
  return new Function("document", `"use strict";\n${script}\nreturn { ${names.join(", ")} };`)(NO_PAGE);
}

/** As much of a document as a file asks for when it is read. */
const NO_PAGE = {
  createElement: () => ({ getContext: () => ({ measureText: (text) => ({ width: 8 * text.length }) }) }),
};
