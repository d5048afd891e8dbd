// Draws the charts and components of a published page and sorts its tables; everything it needs stands in the page.

const { charts, orders, components, sources } = JSON.parse(document.getElementById("data").textContent);
const first = { ...charts },
  drawn = new Set(),
  CONFIG = { displayModeBar: false, responsive: true };
const style = getComputedStyle(document.documentElement),
  colour = (name) => style.getPropertyValue(`--st-${name}`);

/** What a chart has where it says nothing itself, in the colours of the style sheet: dark, light, or for paper. */
function template() {
  const axis = { gridcolor: colour("border-color"), zeroline: false, automargin: true };
  const font = { family: "Inter, 'Noto Sans', system-ui, sans-serif", size: 13, color: colour("text-color") };
  const paper = colour("background-color");
  return {
    layout: {
      font,
      xaxis: axis,
      yaxis: axis,
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      hoverlabel: { align: "left" },
    },
  };
}

function draw(host) {
  const { data, layout } = charts[host.dataset.chart];
  Plotly.react(host, data, { ...layout, template: template(), autosize: true }, CONFIG);
  drawn.add(host);
}

/** Charts that the style sheet hides have no size yet: they are drawn when they are first seen. */
function drawVisible() {
  for (const host of document.querySelectorAll("[data-chart]")) if (!drawn.has(host) && host.offsetParent) draw(host);
}

for (const select of document.querySelectorAll("[data-sort]")) {
  select.addEventListener("change", () => {
    Object.assign(charts, first, orders[select.value] || {});
    for (const host of drawn) draw(host);
  });
}

function sortBy(head) {
  const table = head.closest("table"),
    place = head.cellIndex,
    body = table.tBodies[0];
  const down = head.getAttribute("aria-sort") !== "descending";
  const value = (row) => {
    const cell = row.cells[place];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };
  const missing = (a) => a === "";
  const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  const rows = [...body.rows].map((row) => [value(row), row]);
  rows.sort(([a], [b]) => missing(a) - missing(b) || (down ? order(b, a) : order(a, b)));
  body.append(...rows.map(([, row]) => row));
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
}

for (const button of document.querySelectorAll("th button"))
  button.addEventListener("click", () => sortBy(button.closest("th")));

const modules = {};
async function mount(host) {
  const { name, html, data } = components[host.dataset.component];
  modules[name] ??= import(`data:text/javascript;charset=utf-8,${encodeURIComponent(sources[name])}`);
  const module = await modules[name],
    root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${module.css || ""}</style>${html || ""}`;
  module.default({ data, parentElement: root, key: name, name, setStateValue() {}, setTriggerValue() {} });
}

drawVisible();
addEventListener("resize", drawVisible);
for (const query of ["(prefers-color-scheme: dark)", "print"])
  matchMedia(query).addEventListener("change", () => drawn.forEach(draw));
for (const host of document.querySelectorAll("[data-component]")) mount(host);
