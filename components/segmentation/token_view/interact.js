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

  function row(list, name, ...values) {
    list.append(el("dt", "", name));
    const dd = el("dd", "");
    dd.append(...values);
    list.append(dd);
  }

  const shortHex = (text) => (text.length > 96 ? text.slice(0, 95) + "…" : text);

  function fillTip(info) {
    const head = el("div", "ta-tip-head");
    const mark = el("i", "ta-mark");
    mark.style.background = /^#[0-9a-fA-F]{3,8}$/.test(info.lane.colour) ? info.lane.colour : "currentColor";
    head.append(
      mark,
      isolated("span", "ta-tip-label", info.lane.label),
      el("span", "ta-tip-index", `token ${thin(info.number)}${info.lane.total ? ` of ${thin(info.lane.total)}` : ""}`),
    );
    const big = el("div", "ta-tip-text");
    if (info.start === info.end) big.append(el("span", "ta-tip-note", info.spelling ? "" : "no text of its own"));
    if (info.start === info.end && info.spelling) big.append(isolated("span", "", info.spelling.slice(0, 80)));
    for (const part of shownText(info.text))
      big.append(part.name ? el("span", "ta-chip", part.name) : el("bdi", "", part.text));
    const list = el("dl");
    row(list, "id", String(info.id));
    for (const twin of info.twins)
      if (twin.id !== info.id) row(list, "id in", isolated("span", "", twin.label), ` ${twin.id}`);
    if (info.partial) row(list, "holds", partialWords(info));
    const differ = info.pieceHex !== null && info.pieceHex.replace(/ /g, "") !== info.spanHex.replace(/ /g, "");
    if (differ) {
      row(list, "vocabulary bytes", shortHex(info.pieceHex) || "none");
      row(list, "text bytes", shortHex(info.spanHex) || "none");
    } else row(list, "bytes", shortHex(info.pieceHex || info.spanHex) || "none");
    const range = ([a, b], unit) =>
      a === b
        ? `before ${unit} ${thin(a + 1)}`
        : b - a === 1
          ? `${unit} ${thin(b)}`
          : `${unit}s ${thin(a + 1)}–${thin(b)}`; // counted from 1, as tokens are
    row(list, "in the text", `${range(info.chars, "character")} · ${range(info.bytes, "byte")}`);
    row(list, "kind", KIND_WORDS[info.kind]);
    if (info.spelling) row(list, "spelling", isolated("span", "", info.spelling.slice(0, 80)));
    if (info.measure) row(list, "in the model", info.measure);
    tip.replaceChildren(head, big, list);
    if (differ)
      tip.append(
        el(
          "div",
          "ta-tip-note",
          "The tokenizer changed the text here: its vocabulary entry spells other bytes than the text has.",
        ),
      );
    if (pinned) tip.append(el("div", "ta-tip-note", view.narrow ? "Tap elsewhere to close." : "Pinned. Esc releases."));
  }

  function partialWords(info) {
    const m = view.model,
      parts = [];
    const say = (b0, b1) => {
      const u = m.unitAt[b0],
        c0 = m.byteAt[u],
        cp = m.text.codePointAt(u),
        size = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
      const a = b0 - c0 + 1,
        b = Math.min(b1 - c0, size);
      parts.push(
        `${a === b ? "byte " + a : `bytes ${a}–${b}`} of the ${size} of ${isControl(cp) ? "" : `\u2068${String.fromCodePoint(cp)}\u2069 `}${codePointName(cp)}`,
      );
    };
    if (info.cutStart) say(info.start, info.end);
    if (info.cutEnd && (!info.cutStart || m.unitAt[info.end] !== m.unitAt[info.start]))
      say(m.byteAt[m.unitAt[info.end]], info.end);
    return parts.join(", ");
  }

  function placeTip(token) {
    const rects = rectsOf(token);
    if (!rects.length) return hideTip();
    const origin = stage.getBoundingClientRect(),
      gap = 8,
      edge = 8;
    const visible = rects.find((r) => r.y + origin.top > 0 && r.y + origin.top < innerHeight) || rects[0];
    const x = origin.left + visible.x,
      y0 = origin.top + visible.y - 2,
      y1 = y0 + visible.h + 4;
    tip.classList.toggle("ta-sheet", innerWidth < 500);
    if (innerWidth < 500) {
      tip.style.left = tip.style.top = "";
      return;
    }
    const w = tip.offsetWidth,
      h = tip.offsetHeight;
    const system = visible.node.closest(".ta-system");
    const below = system ? system.getBoundingClientRect().bottom : y1; // below the whole system, so that the lit tokens stay in sight
    const above = system ? system.getBoundingClientRect().top : y0;
    const places = [below + gap, above - gap - h, y1 + gap, y0 - gap - h];
    if (below - y1 > 200) places.unshift(...places.splice(2, 2)); // a tall system: stay near the token
    const fits = (y) => y >= edge && y + h <= innerHeight - edge,
      highest = Math.max(edge, origin.top);
    const top = places.find((y) => fits(y) && y >= highest) ?? places.find(fits) ?? y1 + gap; // not over what stands above the picture, if it can be
    tip.style.left = Math.max(edge, Math.min(x, innerWidth - w - edge)) + "px";
    tip.style.top = Math.max(edge, Math.min(top, innerHeight - h - edge)) + "px";
  }

  function showTip(fill, place) {
    fill();
    tip.classList.add("ta-open");
    if (tip.popover && !tip.matches(":popover-open"))
      try {
        tip.showPopover();
      } catch {
        /* not connected */
      }
    place();
  }

  function hideTip() {
    tip.classList.remove("ta-open");
    if (tip.popover && tip.matches(":popover-open")) tip.hidePopover();
  }

  function refresh() {
    cursor.classList.toggle("ta-ring", byKeyboard);
    drawGlow();
    const token = shown();
    tip.classList.toggle("ta-pinned", Boolean(pinned) || (selection.active && !dragging));
    if (selection.active)
      return showTip(
        () => {
          if (!selection.isOn(tip)) tip.replaceChildren(...selection.panel());
        },
        () => placeTip(selection.head),
      );
    if (!token) return hideTip();
    showTip(
      () => fillTip(describe(view.model, token.lane, token.t)),
      () => placeTip(token),
    );
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
    const x = event.clientX - track.getBoundingClientRect().left;
    let best = null;
    for (const bar of track.taBars)
      if (Math.abs(bar.x - x) < 5 && (!best || Math.abs(bar.x - x) < Math.abs(best.x - x))) best = bar;
    hovered = null;
    drawGlow();
    tip.classList.toggle("ta-bar", Boolean(best));
    if (!best) return hideTip();
    showTip(
      () => {
        const N = nTokenizers(view.model);
        const names = el("div", "ta-tip-note");
        const cutting = best.lanes.flatMap((index) => [view.model.lanes[index], ...view.model.lanes[index].twins]);
        for (const [k, lane] of cutting.entries()) names.append(k ? " · " : "", el("bdi", "", lane.label));
        tip.replaceChildren(el("div", "", `${best.n} of ${N} tokenizers cut here`), names);
      },
      () => {
        const box = track.getBoundingClientRect(),
          w = tip.offsetWidth,
          h = tip.offsetHeight,
          top = box.top - h - 6;
        tip.classList.remove("ta-sheet");
        tip.style.left = Math.max(8, Math.min(box.left + best.x - w / 2, innerWidth - w - 8)) + "px";
        tip.style.top = (top < 8 ? box.bottom + 6 : top) + "px";
      },
    );
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
      hideTip();
      tip.remove();
    },
  };
}
