// step_player.js: the steps of a model on one piece, one at a time, with the tree of what was made of what.
// Every node is drawn at once, as wide as its letters at the top, and shown from its own step on: nothing jumps.

const SVG_NS = "http://www.w3.org/2000/svg",
  ROW = 46,
  BOX = 28,
  PAUSE = 900; // px, px, ms between steps while it plays
const players = new WeakMap();

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function shape(parent, tag, attributes, text) {
  const node = document.createElementNS(SVG_NS, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

/** All nodes of the tree: {text, step, why, level, first, last, children, until}; `first` to `last` are the starting symbols they stand over. */
function grown({ symbols, steps }) {
  const nodes = [],
    add = (node) => {
      nodes.push(node);
      return node;
    };
  let roots = symbols.map((text, k) =>
    add({
      text,
      step: 0,
      why: "starting symbol",
      level: 0,
      first: k,
      last: k,
      part: 0,
      parts: 1,
      children: [],
      until: Infinity,
    }),
  );
  steps.forEach(({ at, old, made, why }, k) => {
    const taken = roots.slice(at, at + old),
      first = taken[0].first,
      last = taken[taken.length - 1].last,
      merges = made.length === 1;
    const fresh = made.map((text, part) =>
      add({
        text,
        step: k + 1,
        why,
        first,
        last,
        part,
        parts: made.length,
        until: Infinity,
        level: merges ? 1 + Math.max(...taken.map((one) => one.level)) : 0,
        children: merges ? taken : [],
      }),
    );
    if (!merges)
      taken.forEach((one) => {
        one.until = k + 1;
      }); // taken apart: what stood there goes
    roots = [...roots.slice(0, at), ...fresh, ...roots.slice(at + old)];
  });
  return nodes;
}

/** Where each starting symbol begins, and the end, px: each as wide as its own letters and its share of what stands over it. */
function edges(nodes, n, widthOf) {
  const wide = Array(n).fill(0);
  for (const node of nodes) {
    const share = (node.parts * (widthOf(node.text) + 16)) / (node.last - node.first + 1);
    for (let k = node.first; k <= node.last; k++) if (node.level === 0) wide[k] = Math.max(wide[k], share, 26);
  }
  for (const node of nodes) {
    // letters joined may need more than the letters did
    let room = 0;
    for (let k = node.first; k <= node.last; k++) room += wide[k];
    const lacking = widthOf(node.text) + 16 + (node.step > 9 ? 8 : 0) - room / node.parts;
    if (lacking > 0)
      for (let k = node.first; k <= node.last; k++) wide[k] += (lacking * node.parts) / (node.last - node.first + 1);
  }
  const found = [1];
  for (const w of wide) found.push(found[found.length - 1] + w);
  return found;
}

function treeOf(data) {
  const nodes = grown(data),
    pen = element("canvas").getContext("2d");
  pen.font = "14px sans-serif";
  const x = edges(nodes, data.symbols.length, (text) => pen.measureText(text).width * 1.08);
  const top = Math.max(...nodes.map((node) => node.level)),
    height = (top + 1) * ROW - (ROW - BOX) + 2,
    width = x[x.length - 1] + 1;
  const picture = document.createElementNS(SVG_NS, "svg");
  for (const [name, value] of Object.entries({
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": "Tree of the steps so far",
  }))
    picture.setAttribute(name, value);
  const yOf = (node) => node.level * ROW + 1;
  const place = (node) => {
    const from = x[node.first],
      step = (x[node.last + 1] - from) / node.parts;
    return [from + step * node.part + 1, step - 2];
  };
  const drawn = nodes.map((node) => {
    const group = shape(picture, "g", {}),
      [left, wide] = place(node),
      y = yOf(node);
    for (const child of node.children) {
      const [childLeft, childWide] = place(child);
      shape(group, "path", { d: `M${childLeft + childWide / 2} ${yOf(child) + BOX}V${y}` });
    }
    shape(group, "title", {}, node.step ? `${node.text}: ${node.why}, step ${node.step}` : `${node.text}: ${node.why}`);
    shape(group, "rect", { x: left, y, width: wide, height: BOX, rx: 5 });
    shape(group, "text", { x: left + wide / 2, y: y + 19 }, node.text);
    if (node.step) shape(group, "text", { class: "sp-number", x: left + 3, y: y + 10 }, String(node.step));
    return { node, group, middle: left + wide / 2 };
  });
  return {
    picture,
    show(step) {
      for (const { node, group } of drawn) {
        group.style.display = node.step <= step && step < node.until ? "" : "none";
        group.setAttribute("class", node.step && node.step === step ? "sp-now" : node.step ? "sp-made" : "");
      }
      return drawn.find(({ node }) => node.step && node.step === step)?.middle;
    },
  };
}

/** The symbols after so many steps, which of them the last step made, and of what. */
function symbolsAt({ symbols, steps }, number) {
  let now = symbols,
    taken = [];
  for (const { at, old, made } of steps.slice(0, number)) {
    taken = now.slice(at, at + old);
    now = [...now.slice(0, at), ...made, ...now.slice(at + old)];
  }
  const last = steps[number - 1];
  return { now, taken, from: last ? last.at : -1, to: last ? last.at + last.made.length : -1 };
}

function createPlayer(parent) {
  const root = element("div", "sp"),
    bar = element("div", "sp-bar"),
    said = element("div", "sp-said"),
    row = element("div", "sp-symbols"),
    field = element("div", "sp-tree");
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Steps of the model. Arrow keys go step by step, space plays and pauses.");
  said.setAttribute("role", "status");
  const slider = element("input");
  slider.type = "range";
  slider.min = 0;
  slider.setAttribute("aria-label", "Step");
  let data = null,
    sent = "",
    number = 0,
    timer = 0,
    tree = null;

  const buttons = {};
  const button = (name, label, title, act, className = "") => {
    const one = element("button", className, label);
    one.type = "button";
    one.title = title;
    one.setAttribute("aria-label", title);
    one.addEventListener("click", act);
    buttons[name] = one;
    return one;
  };

  function pause() {
    clearInterval(timer);
    timer = 0;
  }

  function go(to) {
    number = Math.max(0, Math.min(data.steps.length, to));
    if (number === data.steps.length) pause();
    draw();
  }

  function play() {
    if (timer) {
      pause();
      return draw();
    }
    if (number === data.steps.length) number = 0;
    else number += 1;
    if (number < data.steps.length) timer = setInterval(() => go(number + 1), PAUSE);
    draw();
  }

  const byHand = (to) => {
    pause();
    go(to);
  };
  bar.append(
    button("first", "⏮", "First step (Home)", () => byHand(0)),
    button("back", "◀", "One step back (left arrow)", () => byHand(number - 1)),
    button("play", "Play", "Play or pause (space)", play, "sp-play"),
    button("on", "▶", "One step on (right arrow)", () => byHand(number + 1)),
    button("last", "⏭", "Last step (End)", () => byHand(data.steps.length)),
    slider,
  );
  slider.addEventListener("input", () => byHand(Number(slider.value)));
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowRight: number + 1, ArrowLeft: number - 1, Home: 0, End: data.steps.length }[event.key];
    if (to !== undefined) byHand(to);
    else if (event.key === " " && event.target.tagName !== "BUTTON") play();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function draw() {
    const last = data.steps.length,
      { now, taken, from, to } = symbolsAt(data, number);
    slider.max = last;
    slider.value = number;
    buttons.first.disabled = buttons.back.disabled = number === 0;
    buttons.on.disabled = buttons.last.disabled = number === last;
    buttons.play.textContent = timer ? "Pause" : number === last ? "Again" : "Play";
    const what = tree && number ? `${taken.join(" + ")} → ${now.slice(from, to).join(" ")}, ` : "";
    said.textContent = number
      ? `Step ${number} of ${last}: ${what}${data.steps[number - 1].why}.`
      : `${last} step${last === 1 ? "" : "s"} from these ${now.length} symbol${now.length === 1 ? "" : "s"}.`;
    row.replaceChildren(
      ...(tree ? [] : now).map((text, k) => {
        const chip = element("span", k >= from && k < to ? "sp-now" : "", text);
        chip.dir = "auto";
        return chip;
      }),
    );
    const middle = tree?.show(number);
    if (middle !== undefined && field.scrollWidth > field.clientWidth)
      field.scrollTo({ left: middle - field.clientWidth / 2, behavior: "instant" });
  }

  root.append(bar, said, row, field);
  parent.append(root);
  return {
    update(next) {
      if (JSON.stringify(next) === sent) return; // a rerun for another reason: the reader's place is kept
      sent = JSON.stringify(next);
      data = next;
      pause();
      number = 0;
      tree = data.tree ? treeOf(data) : null;
      field.replaceChildren(...(tree ? [tree.picture] : []));
      draw();
    },
    destroy() {
      pause();
      root.remove();
    },
  };
}

export default function mountStepPlayer({ data, parentElement }) {
  if (!players.has(parentElement)) players.set(parentElement, createPlayer(parentElement));
  players.get(parentElement).update(data);
  return () => {
    players.get(parentElement)?.destroy();
    players.delete(parentElement);
  };
}
