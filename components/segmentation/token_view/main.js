// main.js: mounting, repainting, and the entry points for Streamlit and for a page without it.

const views = new WeakMap(); // Streamlit calls the entry again with every change: one view per mount point

function luminance(colour) {
  const probe = /rgba?\(([^)]+)\)/.exec(colour);
  let rgb = probe ? probe[1].split(/[ ,/]+/).map(Number) : null;
  const code = /^#([0-9a-f]{3,8})$/i.exec(colour.trim());
  if (code)
    rgb = (code[1].length < 6 ? [...code[1]].map((c) => c + c) : code[1].match(/../g)).map((h) => parseInt(h, 16));
  return rgb ? (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255 : null;
}

/** Draws `payload` in `root` (an element or a shadow root) and returns {update, destroy}. */
function mountTokenView(root, payload, { onPick, onFind, onOrder, onNarrow } = {}) {
  const shadow = root instanceof ShadowRoot ? root : root.shadowRoot || root.attachShadow({ mode: "open" });
  const host = el("div", "ta-view"),
    style = el("style");
  style.textContent = TOKEN_VIEW_CSS;
  const bar = el("div", "ta-top"),
    stage = el("div", "ta-stage"),
    cursor = el("div", "ta-cursor"),
    live = el("div", "ta-live");
  const measureBox = el("div", "ta-measures"),
    keys = el("div"),
    note = el("div", "ta-left-out");
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-roledescription", "segmentation");
  cursor.tabIndex = 0;
  cursor.setAttribute("role", "button");
  cursor.hidden = true;
  live.setAttribute("aria-live", "polite");
  measureBox.setAttribute("aria-hidden", "true");
  let body = el("div", "ta-body");
  stage.append(body, cursor);
  note.setAttribute("role", "status");
  host.append(bar, note, stage, keys, live, measureBox);
  shadow.append(style, host);

  const cache = { breaks: new Map(), lines: new Map() };
  const view = {
    shadow,
    host,
    stage,
    cursor,
    live,
    onPick,
    onFind,
    onOrder,
    onNarrow,
    payload,
    state: arrangement(payload.arrangement),
    model: null,
    staves: [],
    metrics: null,
    narrow: false,
  };
  view.arrange = () => repaint(modelOf(), view.model);
  const lanesMenu = laneMenu(view),
    find = findField(view);
  bar.append(
    el("span", "ta-hint", "Hover a token; click to pin. Arrow keys move along and between tokenizers."),
    find.box,
    lanesMenu.box,
    ...(payload.menu === false ? [] : [exportMenu(view)]),
  );
  makeMovable(view, stage);
  const interaction = Interaction(view);
  let width = 0,
    frame = 0,
    idle = 0;

  function readTheme() {
    const lum = luminance(getComputedStyle(host).getPropertyValue("--st-background-color"));
    const dark = lum === null ? matchMedia("(prefers-color-scheme: dark)").matches : lum < 0.5;
    host.dataset.theme = dark ? "dark" : "light";
  }

  function measureFont() {
    // one line of text tells baseline, the width of a space, and the font that really applies
    const probe = el("div", "ta-text", " "),
      foot = el("i");
    foot.style.cssText = "display:inline-block;width:0;height:0";
    const space = el("span", "", "\u00a0");
    probe.replaceChildren(space, foot);
    measureBox.replaceChildren(probe);
    const style = getComputedStyle(probe),
      box = probe.getBoundingClientRect();
    return {
      family: style.fontFamily,
      size: parseFloat(style.fontSize),
      weight: style.fontWeight,
      line: box.height,
      font: `${style.fontFamily} ${style.fontSize}`,
      space: space.getBoundingClientRect().width,
      baseline: foot.getBoundingClientRect().bottom - box.top,
      newline: Math.round(parseFloat(style.fontSize) * 0.85),
    };
  }

  const pen = el("canvas").getContext("2d");

  function labelRoom(lanes, { dense, counts = true }) {
    // px beside the lanes: what the longest name takes, within reason
    pen.font = `13px ${getComputedStyle(host).fontFamily}`;
    const smaller = (words) => (words ? 7 + 0.89 * pen.measureText(words).width : 0);
    const beside = (lane) =>
      dense ? Math.max(smaller(lane.twins.length && twinsOf(lane)), smaller(counts && lane.summary)) : 0;
    return Math.ceil(
      Math.min(240, Math.max(168, ...lanes.map((lane) => pen.measureText(lane.label).width + beside(lane) + 26))),
    );
  }

  function modelOf() {
    // "auto": lanes where there is room for them, cards on a phone
    width = host.clientWidth;
    view.narrow = width < 640;
    const shown = view.payload.view === "auto" ? (view.narrow ? "cards" : "lanes") : view.payload.view;
    return prepare({ ...view.payload, view: shown, arrangement: view.state }, view.state);
  }

  function repaint(model, oldModel) {
    if (!width) return;
    const { payload: data } = model;
    host.classList.toggle("ta-narrow", view.narrow);
    host.classList.toggle("ta-dense", Boolean(data.dense));
    host.classList.toggle("ta-mono", Boolean(data.mono));
    host.style.setProperty("--ta-scale", Math.max(0.5, Math.min(3, Number(data.font_scale) || 1)));
    const cards = data.view === "cards",
      columns = cards && !view.narrow && model.lanes.length > 1 ? 2 : 1;
    const labels = cards || view.narrow ? 0 : labelRoom(model.lanes, data);
    host.style.setProperty("--ta-labels", labels + "px");
    const inner = cards ? (width - 16 * (columns - 1)) / columns - 26 : width - labels;
    const metrics = measureFont();
    const size = {
      width: Math.floor(inner - 2 * GUTTER),
      height: Math.round(metrics.line),
      track: data.dense ? 16 : 24,
      gap: data.dense ? 1 : 2,
      ids: idRoom(data),
    };
    const { kept: lines, note: leftOut } = arrangedLines(
      model,
      layoutLines(model, size.width, measureBox, cache, metrics),
      view.state,
    );
    const pitch = size.height + size.ids + size.gap + (view.narrow && !cards ? 18 : 0);
    const systemHeight = cards ? 0 : 19 + (model.lanes.length > 1 ? size.track + 3 : 0) + model.lanes.length * pitch; // roughly: measured once it stands
    const cardHeight = 56 + lines.length * pitch,
      top = stage.getBoundingClientRect().top;
    const isNear = (lane, k) => {
      // will it stand within a screen of what is seen? The rest is painted when the browser is idle
      const y = top + (cards ? Math.floor(lane / columns) * (cardHeight + 16) + 40 + k * pitch : k * systemHeight);
      return y > -innerHeight && y < 1.5 * innerHeight;
    };
    const painted = paint(model, lines, size, isNear); // complete before the old picture goes: no flicker
    painted.body.style.setProperty("--ta-columns", columns);
    painted.body.style.setProperty("--ta-system", systemHeight + "px");
    painted.body.setAttribute("aria-hidden", "true");
    const showLegend = () => keys.replaceChildren(legend(painted.present));
    Object.assign(view, {
      model,
      metrics,
      size,
      present: painted.present,
      staves: painted.staves,
      fill: painted.fill,
      fillAll: () => {
        painted.pending.splice(0).forEach(painted.fill);
        showLegend();
      },
    });
    body.replaceWith(painted.body);
    body = painted.body;
    reserve(body, systemHeight);
    note.textContent = leftOut;
    lanesMenu.repainted();
    showLegend();
    clearTimeout(idle);
    if (painted.pending.length)
      idle = setTimeout(function more() {
        const until = performance.now() + 8;
        while (painted.pending.length && performance.now() < until) painted.fill(painted.pending.shift());
        if (painted.pending.length) idle = setTimeout(more, 8);
        else showLegend();
      }, 30);
    stage.setAttribute(
      "aria-label",
      `${model.lanes.length} tokenizers on one text of ${thin(model.charAt[model.text.length])} characters. Arrow keys move between tokens.`,
    );
    interaction.repainted(oldModel);
    find.repainted();
    if (view.narrow && view.payload.view === "auto" && !view.saidNarrow) {
      view.saidNarrow = true;
      view.onNarrow?.();
    }
  }

  /** The height that systems out of sight are given: that of the first, without its own padding and border. */
  function reserve(body, roughly) {
    const system = body.querySelector(".ta-system");
    if (!system) return;
    system.style.contentVisibility = "visible";
    const style = getComputedStyle(system),
      around = ["paddingTop", "paddingBottom", "borderTopWidth", "borderBottomWidth"];
    const height =
      system.getBoundingClientRect().height - around.reduce((sum, name) => sum + parseFloat(style[name]), 0);
    system.style.contentVisibility = "";
    body.style.setProperty("--ta-system", (height > 0 ? height : roughly) + "px");
  }

  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => view.model && view.arrange());
  };
  const observer = new ResizeObserver(() => {
    if (host.clientWidth !== width) later();
  });
  const fontsChanged = () => {
    cache.breaks.clear();
    cache.lines.clear();
    later();
  };
  const schemes = ["(prefers-color-scheme: dark)", "print"].map((query) => matchMedia(query));
  for (const scheme of schemes) scheme.addEventListener("change", readTheme);
  document.fonts.addEventListener("loadingdone", fontsChanged);
  readTheme();
  view.model = modelOf();
  repaint(view.model, null);
  observer.observe(host);
  document.fonts.ready.then(() => later());

  return {
    view,
    saveAs: (format, lineOnly) => saveAs(view, format, lineOnly),
    update(next, handlers = {}) {
      Object.assign(view, handlers, { payload: next });
      readTheme();
      view.arrange();
    },
    destroy() {
      observer.disconnect();
      for (const scheme of schemes) scheme.removeEventListener("change", readTheme);
      document.fonts.removeEventListener("loadingdone", fontsChanged);
      cancelAnimationFrame(frame);
      clearTimeout(idle);
      interaction.destroy();
      lanesMenu.destroy();
      find.destroy();
      host.remove();
      style.remove();
    },
  };
}

/** The views on the page by their key in Streamlit, for components that ask one for its files. */
const viewsByKey = () => (globalThis[Symbol.for("token-atlas-views")] ??= new Map());

/** Streamlit's entry: called on mount and on every change of data or theme. */
function streamlitMount({ data, parentElement, setTriggerValue, setStateValue }) {
  const handlers = { onPick: (event) => setTriggerValue("picked", event) };
  if (data.tools)
    Object.assign(handlers, {
      onFind: (wanted) => setStateValue("find", wanted),
      onOrder: (specs) => setTriggerValue("order", specs),
      onNarrow: () => setStateValue("narrow", true),
    });
  const known = views.get(parentElement);
  if (known) known.update(data, handlers);
  else views.set(parentElement, mountTokenView(parentElement, data, handlers));
  viewsByKey().set(data.key, views.get(parentElement));
  return () => {
    const view = views.get(parentElement);
    if (view) view.destroy();
    views.delete(parentElement);
  };
}
