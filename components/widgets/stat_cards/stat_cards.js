// One card per tokenizer: how many tokens, how that compares with the fewest, and whether anything is lost. One line, unfolded more.

const element = (tag, className, text, title) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (title) node.title = title;
  return node;
};

const badge = ({ text, mood, title }) => element("span", `badge ${mood}`, text, title);

/** The word "lossy": a click says what is lost. */
function lossyButton({ text, mood, title }, open, toggle) {
  const button = element("button", `badge ${mood}`, text, title);
  button.type = "button";
  button.setAttribute("aria-expanded", String(open));
  button.addEventListener("click", toggle);
  return button;
}

function card({ label, colour, count, unit, rest, share, standing, badges, lost }, definition, open, toggle) {
  const box = element("div", "card"),
    line = element("div", "line"),
    more = element("div", "unfolded");
  box.setAttribute("role", "listitem");
  const name = element("span", "name", undefined, label),
    mark = element("span", "mark");
  mark.style.background = colour;
  name.append(mark, element("bdi", "", label));
  line.append(name, element("span", "count", count, definition));
  line.append(standing ? element("span", "standing", standing, definition) : lossyButton(badges[0], open, toggle));
  const bar = element("div", "bar"),
    fill = element("div", "fill");
  fill.style.width = `${100 * share}%`;
  bar.append(fill);
  const row = element("div", "badges");
  row.append(...badges.slice(lost ? 1 : 0).map(badge));
  more.append(element("div", "rest", `${unit} · ${rest}`, definition), bar, row);
  box.append(line, more);
  return box;
}

/** As few rows as leave every name whole, of about equal length: never seven cards and one. */
function arrange(grid, n) {
  const names = [...grid.querySelectorAll("bdi")];
  for (let rows = 1; rows <= n; rows++) {
    const columns = Math.ceil(n / rows);
    grid.style.setProperty("--columns", columns);
    grid.classList.toggle("rows", rows > 1);
    grid.classList.toggle("list", columns === 1); // there a name that is still too long goes on in a second line
    if (names.every((name) => name.scrollWidth <= name.clientWidth)) return;
  }
}

const views = new WeakMap(); // what is unfolded outlives each new text

function draw(parentElement, view) {
  const grid = parentElement.querySelector(".grid"),
    more = parentElement.querySelector(".more"),
    note = parentElement.querySelector(".lost");
  const focus = grid.contains(grid.getRootNode().activeElement),
    { cards } = view;
  const toggle = (label) => () => {
    view.lossy = view.lossy === label ? null : label;
    draw(parentElement, view);
  };
  grid.classList.toggle("open", view.open);
  grid.replaceChildren(...cards.map((one) => card(one, view.definition, view.lossy === one.label, toggle(one.label))));
  arrange(grid, cards.length);
  const shown = cards.find((one) => one.label === view.lossy && one.lost);
  note.hidden = !shown;
  note.textContent = shown ? `${shown.label} loses of this text: ${shown.lost}.` : "";
  more.textContent = view.open ? "Less" : "More";
  more.title = view.open ? "Fold the cards" : "Bytes per token, size of the vocabulary, what is cut";
  more.setAttribute("aria-expanded", String(view.open));
  more.onclick = () => {
    view.open = !view.open;
    draw(parentElement, view);
  };
  if (focus) grid.querySelector(`button[aria-expanded="true"], button`)?.focus();
}

export default function ({ data, parentElement }) {
  if (!views.has(parentElement)) {
    const view = { open: false, lossy: null, cards: [], width: 0 };
    view.observer = new ResizeObserver(() => {
      const { clientWidth } = parentElement.querySelector(".grid");
      if (clientWidth !== view.width) {
        view.width = clientWidth;
        draw(parentElement, view);
      }
    });
    views.set(parentElement, view);
    view.observer.observe(parentElement.querySelector(".grid"));
  }
  const view = views.get(parentElement);
  Object.assign(view, { cards: data.cards, definition: data.definition });
  draw(parentElement, view);
  return () => {
    view.observer.disconnect();
    views.delete(parentElement);
  };
}
