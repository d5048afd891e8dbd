// interact.js: which token is meant (pointer, touch, keyboard), its card, and the tokens that overlap it in the other lanes.
// One tab stop: a single cursor element moves over the tokens. Left and Right follow the order of the text, also in right-to-left lines.

function Interaction(view) {
  const { stage, cursor, live } = view;
  const tip = el("div", "ta-tip");
  tip.setAttribute("role", "tooltip");
  if ("popover" in HTMLElement.prototype) tip.popover = "manual"; // the top layer: nothing clips it
  const glow = svg("ta-glow", 0, 0, "");
  stage.append(glow);
  view.host.append(tip);
  const selection = Selection(view);
  let dragged = null,
    dragging = false; // the token that the pointer went down on; whether it has moved on to another
  let touched = false; // has the reader chosen a token?
  let hovered = null,
    pinned = null,
    focused = null,
    byKeyboard = false,
    fromPointer = false,
    lastPointer = "mouse";

  const same = (a, b) => a && b && a.lane === b.lane && a.t === b.t;
  const shown = () => pinned || hovered || (byKeyboard ? focused : null);

  /** Stage rectangles of a token, in reading order. */
  function rectsOf({ lane, t }) {
    const rects = [],
      start = view.model.lanes[lane].starts[t],
      end = view.model.lanes[lane].ends[t];
    const origin = stage.getBoundingClientRect();
    for (const node of view.staves[lane]) {
      if (node.taLine.byte1 < start || node.taLine.byte0 > end) continue;
      view.fill(node);
      const own = node.taPieces.filter((p) => p.t === t);
      if (!own.length) continue;
      const box = node.getBoundingClientRect(),
        x = box.left - origin.left + GUTTER,
        y = box.top - origin.top;
      for (const p of own) rects.push({ x: x + p.x0, y: y + 2, w: Math.max(p.x1 - p.x0, 3), h: box.height - 4, node });
    }
    return rects;
  }

  /** Stage rectangles of the tokens [first, last) of a lane. */
  function rectsOn(lane, first, last) {
    if (first >= last) return [];
    const { starts, ends } = view.model.lanes[lane],
      origin = stage.getBoundingClientRect();
    return view.staves[lane].flatMap((node) => {
      if (node.taLine.byte1 < starts[first] || node.taLine.byte0 > ends[last - 1]) return [];
      view.fill(node);
      const box = node.getBoundingClientRect(),
        x = box.left - origin.left + GUTTER,
        y = box.top - origin.top;
      return node.taPieces
        .filter((p) => p.t >= first && p.t < last)
        .map((p) => ({ x: x + p.x0, y: y + 2, w: Math.max(p.x1 - p.x0, 3), h: box.height - 4 }));
    });
  }

  function tokenAt(event) {
    const path = event.composedPath(),
      node = path.find((n) => n.taLine);
    if (!node) return null;
    view.fill(node);
    const box = node.getBoundingClientRect(),
      x = event.clientX - box.left - GUTTER,
      y = (event.clientY - box.top) / box.height;
    let best = null,
      distance = 4;
    const near = [];
    for (const p of node.taPieces) {
      const d = x < p.x0 ? p.x0 - x : x > p.x1 ? x - p.x1 : 0;
      if (d === 0 && (p.empty || p.inserted)) near.push(p);
      if (d < distance || (d === 0 && p.empty)) {
        best = p;
        distance = d;
      }
    }
    if (near.length > 1) best = near[Math.min(near.length - 1, Math.floor(y * near.length))]; // tokens without width share a place: top to bottom
    return best ? { lane: node.taLane, t: best.t } : null;
  }

  function drawGlow() {
    const token = shown() || focused;
    stage.classList.toggle("ta-lit", selection.active || Boolean(shown()));
    if (selection.active) {
      glow.setAttribute("width", stage.clientWidth);
      glow.setAttribute("height", stage.clientHeight);
      glow.innerHTML = selection.markup(rectsOn);
      return;
    }
    if (!token || (!shown() && !byKeyboard)) {
      glow.innerHTML = "";
      return;
    }
    glow.setAttribute("width", stage.clientWidth);
    glow.setAttribute("height", stage.clientHeight);
    const { starts, ends } = view.model.lanes[token.lane];
    const outline = (tokens, lane, className) =>
      tokens
        .flatMap((t) => rectsOf({ lane, t }))
        .map(
          (r) =>
            `<rect class="${className}" x="${r1(r.x)}" y="${r1(r.y)}" width="${r1(r.w)}" height="${r1(r.h)}" rx="4"/>`,
        )
        .join("");
    let markup = "";
    for (const lane of view.model.lanes)
      if (lane.index !== token.lane)
        markup += outline(overlapping(lane, starts[token.t], ends[token.t]), lane.index, "also");
    glow.innerHTML = markup + outline([token.t], token.lane, pinned ? "main pinned" : "main");
  }

  function placeTip(token) {
    const rects = rectsOf(token);
    if (rects.length) placeTokenCard(tip, stage, rects);
    else closeCard(tip);
  }

  function refresh() {
    cursor.classList.toggle("ta-ring", byKeyboard);
    drawGlow();
    const token = selection.active ? selection.head : shown();
    tip.classList.toggle("ta-pinned", Boolean(pinned) || (selection.active && !dragging));
    if (!token) return closeCard(tip);
    if (!selection.active) tip.replaceChildren(...tokenCard(view, describe(view.model, token.lane, token.t), pinned));
    else if (!selection.isOn(tip)) tip.replaceChildren(...selection.panel());
    openCard(tip);
    placeTip(token);
  }

  function moveCursor(token, announce) {
    touched ||= announce;
    focused = token;
    const rects = token ? rectsOf(token) : [];
    cursor.hidden = !rects.length;
    if (!rects.length) return;
    const r = rects[0],
      text = spoken(describe(view.model, token.lane, token.t));
    Object.assign(cursor.style, { left: r.x + "px", top: r.y + "px", width: r.w + "px", height: r.h + "px" });
    cursor.setAttribute("aria-label", text);
    cursor.setAttribute("aria-pressed", String(Boolean(same(pinned, token))));
    if (announce) live.textContent = text;
  }

  function pin(token) {
    touched = true;
    pinned = same(pinned, token) ? null : token;
    if (pinned) {
      const lane = view.model.lanes[token.lane];
      view.onPick?.({
        lane: lane.row,
        index: token.t,
        id: lane.ids[token.t],
        start: view.model.payload.byte_offset + lane.starts[token.t],
      });
    }
    cursor.setAttribute("aria-pressed", String(Boolean(pinned)));
    refresh();
  }

  const isDrawn = (lane, t) =>
    view.staves[lane.index].some(
      ({ taLine }) =>
        taLine.byte0 <= lane.ends[t] &&
        taLine.byte1 >= lane.starts[t] &&
        (lane.starts[t] === lane.ends[t] || (taLine.byte0 < lane.ends[t] && taLine.byte1 > lane.starts[t])),
    );

  function step(key) {
    const { lane, t } = focused,
      lanes = view.model.lanes;
    const go = (from, by) => {
      // the next token that stands on a line of the picture
      for (let k = from; k >= 0 && k < lanes[lane].count; k += by) if (isDrawn(lanes[lane], k)) return { lane, t: k };
      return focused;
    };
    if (key === "ArrowRight") return go(t + 1, 1);
    if (key === "ArrowLeft") return go(t - 1, -1);
    if (key === "Home") return go(0, 1);
    if (key === "End") return go(lanes[lane].count - 1, -1);
    for (let l = lane + (key === "ArrowDown" ? 1 : -1); l >= 0 && l < lanes.length; l += key === "ArrowDown" ? 1 : -1)
      if (lanes[l].count)
        return { lane: l, t: overlapping(lanes[l], lanes[lane].starts[t], lanes[lane].ends[t])[0] ?? 0 };
    return focused;
  }

  /** Shift and an arrow: the selection grows from the token at hand, along its own lane. */
  function select(key) {
    if (!selection.active) selection.begin(focused);
    const { lane, t } = selection.head,
      last = view.model.lanes[lane].count - 1;
    selection.extend({ ArrowRight: t + 1, ArrowLeft: t - 1, Home: 0, End: last }[key]);
    pinned = hovered = null;
    touched = true;
    moveCursor(selection.head, false);
    live.textContent = selection.spoken();
    cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  cursor.addEventListener("keydown", (event) => {
    if (selection.active && (event.ctrlKey || event.metaKey) && event.key === "c") {
      copyText(selection.text());
      event.preventDefault();
      return;
    }
    if (!focused || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey && ["ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) select(event.key);
    else if (["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      byKeyboard = true;
      pinned = null;
      hovered = null;
      selection.clear();
      moveCursor(step(event.key), true);
      cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") pin(focused);
    else return;
    event.preventDefault();
    event.stopPropagation();
    refresh();
  });
  cursor.addEventListener("focus", () => {
    // a click focuses too, so that the arrows go on from there, but shows no ring
    byKeyboard = !fromPointer;
    if (byKeyboard) moveCursor(focused, true);
    refresh();
  });
  cursor.addEventListener("blur", () => {
    byKeyboard = false;
    refresh();
  });

  /** The pointer, held down, has come to another token: the selection reaches to it, along the lane where it began. */
  function drag(event) {
    const token = tokenAt(event);
    if (!token || (!dragging && same(token, dragged))) return;
    if (!dragging) {
      dragging = true;
      pinned = hovered = null;
      selection.begin(dragged);
    }
    const { starts, ends } = view.model.lanes[token.lane],
      own = view.model.lanes[dragged.lane];
    const t = token.lane === dragged.lane ? token.t : overlapping(own, starts[token.t], ends[token.t])[0];
    if (t === undefined || t === selection.head.t) return;
    selection.extend(t);
    refresh();
  }

  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    if (dragged && event.buttons & 1) return drag(event);
    if (selection.active) return;
    const track = event.composedPath().find((n) => n.taBars);
    if (track && !pinned) return showBar(track, event);
    const token = tokenAt(event);
    if (same(token, hovered) && (token || !tip.classList.contains("ta-bar"))) return;
    tip.classList.remove("ta-bar");
    hovered = token;
    if (!pinned) refresh();
  });
  stage.addEventListener("pointerleave", () => {
    hovered = null;
    tip.classList.remove("ta-bar");
    if (!pinned) refresh();
  });
  stage.addEventListener("pointerdown", (event) => {
    lastPointer = event.pointerType;
    dragged = event.pointerType === "touch" || event.button ? null : tokenAt(event);
    dragging = false;
  });
  const onRelease = () => {
    dragged = null;
    if (dragging) {
      touched = true;
      moveCursor(selection.head, false);
      live.textContent = selection.spoken();
    }
  };
  document.addEventListener("pointerup", onRelease);
  stage.addEventListener("click", (event) => {
    const track = event.composedPath().find((n) => n.taBars);
    if (track) return showBar(track, event);
    if (dragging) {
      // it ends a selection
      dragging = false;
      fromPointer = true;
      cursor.focus({ preventScroll: true });
      fromPointer = false;
      return refresh();
    }
    selection.clear();
    const token = event.composedPath().includes(cursor) ? focused : tokenAt(event);
    byKeyboard = false;
    if (!token) {
      pinned = hovered = null;
      return refresh();
    }
    moveCursor(token, false);
    fromPointer = true;
    cursor.focus({ preventScroll: true });
    fromPointer = false;
    if (lastPointer === "touch") hovered = null;
    pin(token);
  });
  const onKey = (event) => {
    if (event.key === "Escape" && (pinned || hovered || byKeyboard || selection.active)) {
      pinned = hovered = null;
      selection.clear();
      byKeyboard = false;
      moveCursor(focused, false);
      refresh();
    }
  };
  const onOutside = (event) => {
    if ((pinned || selection.active) && !event.composedPath().includes(stage) && !event.composedPath().includes(tip)) {
      pinned = null;
      selection.clear();
      refresh();
    }
  };
  const onScroll = () => {
    const token = selection.active ? selection.head : shown();
    if (token) placeTip(token);
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("pointerdown", onOutside);
  document.addEventListener("scroll", onScroll, { capture: true, passive: true });

  function showBar(track, event) {
    const bar = barAt(track, event);
    hovered = null;
    drawGlow();
    tip.classList.toggle("ta-bar", Boolean(bar));
    if (!bar) return closeCard(tip);
    tip.replaceChildren(...barCard(view.model, bar));
    openCard(tip);
    placeBarCard(tip, track, bar);
  }

  /** The line of the token that was clicked, selected or reached by keyboard last, else the first one in sight. */
  view.lineAtHand = () => {
    const [rect] = touched && focused ? rectsOf(focused) : [];
    const seen = () => view.staves[0].find((node) => node.getBoundingClientRect().bottom > 60) || view.staves[0][0];
    return (rect ? rect.node : seen())?.taLine;
  };

  return {
    /** After a repaint: keeps pin and focus on the same token (same tokenizer, place and id) where it still exists. */
    repainted(oldModel) {
      const find = (token) => {
        if (!token || !oldModel) return null;
        const before = oldModel.lanes[token.lane],
          start = oldModel.payload.byte_offset + before.starts[token.t];
        const lane = view.model.lanes.find((l) => l.spec === before.spec);
        if (!lane) return null;
        const local = start - view.model.payload.byte_offset;
        let t = upperBound(lane.starts, lane.count, local - 1);
        for (; t < lane.count && lane.starts[t] === local; t++)
          if (lane.ids[t] === before.ids[token.t]) return { lane: lane.index, t };
        return null;
      };
      selection.repainted(find);
      pinned = find(pinned);
      hovered = find(hovered);
      const firstLane = view.model.lanes.findIndex((l) => l.count > 0);
      const firstDrawn = (l) => {
        for (let t = 0; t < l.count; t++) if (isDrawn(l, t)) return t;
        return 0;
      };
      const fallback = () => {
        // the cursor stays near its place even when its token has gone
        if (firstLane < 0) return null;
        if (!focused || !oldModel || !view.model.lanes[focused.lane] || !view.model.lanes[focused.lane].count)
          return { lane: firstLane, t: firstDrawn(view.model.lanes[firstLane]) };
        return { lane: focused.lane, t: Math.min(focused.t, view.model.lanes[focused.lane].count - 1) };
      };
      const token = find(focused) || fallback(),
        lane = token && view.model.lanes[token.lane];
      moveCursor(token && !isDrawn(lane, token.t) ? { lane: token.lane, t: firstDrawn(lane) } : token, false);
      refresh();
    },
    destroy() {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onOutside);
      document.removeEventListener("pointerup", onRelease);
      document.removeEventListener("scroll", onScroll, { capture: true });
      closeCard(tip);
      tip.remove();
    },
  };
}
