// lane_menu.js: the menu that shows, hides, moves and unfolds lanes; a lane's label can be dragged as well.

const button = (className, text, name) => {
  const node = el("button", className, text);
  node.type = "button";
  if (name) {
    node.setAttribute("aria-label", name);
    node.title = name;
  }
  return node;
};

function checkbox(text, checked, change) {
  const label = el("label", "ta-check"),
    box = el("input");
  box.type = "checkbox";
  box.checked = checked;
  box.addEventListener("change", () => change(box.checked));
  label.append(box, isolated("span", "", text));
  return label;
}

/** The menu "Lanes"; `view.state` is what it changes, `view.arrange()` draws anew. */
function laneMenu(view) {
  const box = el("div", "ta-lanes"),
    open = button("ta-tool ta-down", "Lanes"),
    panel = el("div", "ta-menu ta-panel");
  open.setAttribute("aria-haspopup", "true");
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "Lanes");
  const show = (yes) => {
    panel.hidden = !yes;
    open.setAttribute("aria-expanded", String(yes));
  };
  show(false);

  const change = (values) => {
    Object.assign(view.state, values);
    view.arrange();
    fill();
  };
  const toggled = (spec, on) => (on ? view.state.hidden.filter((one) => one !== spec) : [...view.state.hidden, spec]);

  function laneRow(lane, row, lanes) {
    const { state } = view,
      line = el("div", "ta-lane-row");
    const shown = state.alone ? lane.spec === state.alone : !state.hidden.includes(lane.spec);
    const check = checkbox(lane.label, shown, (on) =>
      change({
        alone: null,
        hidden: state.alone
          ? lanes.map((l) => l.spec).filter((spec) => spec !== state.alone && !(on && spec === lane.spec))
          : toggled(lane.spec, on),
      }),
    );
    const last = shown && (state.alone || lanes.filter((l) => !state.hidden.includes(l.spec)).length === 1);
    check.firstChild.disabled = Boolean(last);
    const only = button(
      "ta-tiny",
      state.alone === lane.spec ? "All" : "Only",
      state.alone === lane.spec ? "Show all lanes" : `Show only ${lane.label}`,
    );
    only.addEventListener("click", () => change({ alone: state.alone === lane.spec ? null : lane.spec, hidden: [] }));
    line.append(check, only);
    if (view.onOrder)
      for (const [text, place, name] of [
        ["↑", row - 1, "up"],
        ["↓", row + 1, "down"],
      ]) {
        const move = button("ta-tiny", text, `Move ${lane.label} ${name}`);
        move.disabled = place < 0 || place >= lanes.length;
        move.addEventListener("click", () => view.onOrder(moved(lanes, row, place)));
        line.append(move);
      }
    return line;
  }

  function fill() {
    const { lanes } = view.payload,
      { state } = view,
      focus = panel.contains(view.shadow.activeElement) ? view.shadow.activeElement.getAttribute("aria-label") : null;
    const folds = new Set(lanes.map((lane) => lane.cut)).size < lanes.length;
    panel.replaceChildren(...lanes.map(laneRow), el("hr"));
    if (folds) panel.append(checkbox("Fold lanes with the same cuts", state.folded, (folded) => change({ folded })));
    panel.append(checkbox("Only the lines where they differ", state.differing, (differing) => change({ differing })));
    if (focus) [...panel.querySelectorAll("button")].find((node) => node.getAttribute("aria-label") === focus)?.focus();
  }

  open.addEventListener("click", () => {
    fill();
    show(panel.hidden);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      show(false);
      open.focus();
      event.stopPropagation();
    }
  });
  const outside = (event) => {
    if (!panel.hidden && !event.composedPath().includes(box)) show(false);
  };
  document.addEventListener("pointerdown", outside);
  box.append(open, panel);
  return {
    box,
    repainted() {
      const { lanes } = view.payload,
        { state } = view;
      box.hidden = lanes.length < 2;
      const hidden = state.alone ? lanes.length - 1 : lanes.filter((lane) => state.hidden.includes(lane.spec)).length;
      open.textContent = hidden ? `Lanes (${thin(hidden)} hidden)` : "Lanes";
      if (!panel.hidden) fill();
    },
    destroy() {
      document.removeEventListener("pointerdown", outside);
    },
  };
}

/** A label that is dragged puts its lane where it is dropped; a click on "= …" unfolds. */
function makeMovable(view, stage) {
  const rowOf = (event) => event.composedPath().find((node) => node.taRow !== undefined);
  stage.addEventListener("dragstart", (event) => {
    const label = rowOf(event);
    if (!label || !view.onOrder) return event.preventDefault();
    view.dragged = label.taRow;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", view.payload.lanes[label.taRow].label);
  });
  stage.addEventListener("dragover", (event) => {
    if (view.dragged !== undefined && rowOf(event)) event.preventDefault();
  });
  stage.addEventListener("drop", (event) => {
    const label = rowOf(event),
      from = view.dragged;
    view.dragged = undefined;
    if (!label || from === undefined) return;
    event.preventDefault();
    if (label.taRow !== from) view.onOrder(moved(view.payload.lanes, from, label.taRow));
  });
  stage.addEventListener("dragend", () => {
    view.dragged = undefined;
  });
  stage.addEventListener(
    "click",
    (event) => {
      if (!event.composedPath().some((node) => node.classList?.contains("ta-twins"))) return;
      event.stopImmediatePropagation();
      view.state.folded = false;
      view.arrange();
    },
    { capture: true },
  );
}
