// find.js: the field that finds a word anywhere in the text. The server counts and turns the page; here the places are marked.

const FIND_PAUSE = 150; // ms without a key before the server is asked

function findField(view) {
  const box = el("div", "ta-find"),
    field = el("input", "ta-field"),
    said = el("span", "ta-said");
  field.type = "search";
  field.placeholder = "Find in the text";
  field.setAttribute("aria-label", "Find in the text");
  said.setAttribute("role", "status");
  let number = 0,
    timer = 0,
    sought = null;
  const ask = () => {
    clearTimeout(timer);
    sought = null; // the answer may bring another page: its place is then shown
    view.onFind({ query: field.value, number });
  };
  const step = (by) => {
    number += by;
    ask();
  };
  const arrow = (text, name, by) => {
    const node = button("ta-tiny", text, name);
    node.addEventListener("click", () => step(by));
    return node;
  };
  const arrows = [arrow("‹", "Find the one before", -1), arrow("›", "Find the next one", 1)];
  field.addEventListener("input", () => {
    number = 0;
    clearTimeout(timer);
    timer = setTimeout(ask, FIND_PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no page shortcut fires while typing
    if (event.key === "Enter") {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    }
    if (event.key === "Escape") {
      field.value = "";
      number = 0;
      ask();
    }
  });
  for (const type of ["keypress", "keyup"]) field.addEventListener(type, (event) => event.stopPropagation());
  box.append(field, said, ...arrows);

  function toSight(found) {
    const at = found.current && [found.query, found.number, ...found.current].join();
    if (!at || at === sought) return;
    sought = at;
    const stave = view.staves[0]?.find(
      (node) => node.taLine.byte0 <= found.current[0] && found.current[0] < node.taLine.byte1,
    );
    const place = stave?.getBoundingClientRect();
    if (place && (place.top < 60 || place.bottom > innerHeight - 60)) stave.scrollIntoView({ block: "center" });
  }

  return {
    box,
    repainted() {
      const { found } = view.payload;
      box.hidden = !view.onFind;
      if (found && field.value === "" && sought === null && shadowIdle(view, field)) field.value = found.query;
      said.textContent =
        !found || !field.value ? "" : found.total ? `${thin(found.number)} of ${thin(found.total)}` : "not found";
      arrows.forEach((node) => {
        node.hidden = !found || found.total < 2;
      });
      if (found && field.value) toSight(found);
    },
    destroy() {
      clearTimeout(timer);
    },
  };
}

const shadowIdle = (view, field) => view.shadow.activeElement !== field;

/** Marks of the places found on one line, as markup: an outline per place, the current one filled. */
function findMarks(model, line, size) {
  const { found } = model.payload;
  if (!found?.spans.length) return "";
  const spans = found.spans.filter(([start, end]) => start < line.byte1 && end > line.byte0);
  const places = { count: spans.length, starts: spans.map(([start]) => start), ends: spans.map(([, end]) => end) };
  const now = found.current ? found.current[0] : -1;
  return tokenPieces(model, line, places)
    .map((p) => {
      const name = places.starts[p.t] === now ? "found now" : "found";
      return `<rect class="${name}" x="${r1(p.x0)}" y="0.5" width="${r1(Math.max(2, p.x1 - p.x0))}" height="${size.height - 1}" rx="3"/>`;
    })
    .join("");
}
