// One card per tokenizer: how many tokens, how that compares with the most, and whether anything is lost.

const element = (tag, className, text, title) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (title) node.title = title;
  return node;
};

const card = ({ label, colour, count, unit, rest, share, badges, definition }) => {
  const box = element("div", "card");
  const name = element("div", "name", undefined, label);
  const mark = element("span", "mark");
  mark.style.background = colour;
  name.append(mark, element("bdi", "", label));
  const line = element("div", "line", undefined, definition);
  line.append(element("span", "count", count), element("span", "unit", unit), element("span", "rest", rest));
  const bar = element("div", "bar");
  const fill = element("div", "fill");
  fill.style.width = `${100 * share}%`;
  bar.append(fill);
  const row = element("div", "badges");
  row.append(...badges.map(({ text, mood, title }) => element("span", `badge ${mood}`, text, title)));
  box.append(name, line, bar, row);
  return box;
};

export default function ({ data, parentElement }) {
  const grid = parentElement.querySelector(".grid");
  grid.replaceChildren(...data.cards.map(card));
}
