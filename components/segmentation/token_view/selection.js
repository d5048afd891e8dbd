// selection.js: a stretch of the text, dragged over or taken with shift and arrows, and what it is under each tokenizer.

/** Puts a text on the clipboard; pages without TLS have only the old way. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** From the token `from` of a lane to its token `to`, which follows the pointer or the keys. */
function Selection(view) {
  let lane = -1,
    from = 0,
    to = 0,
    drawn = null; // what the panel was drawn from, with its head: drawn anew, its buttons would lose the click

  const bytes = () => {
    const { starts, ends } = view.model.lanes[lane];
    return [Math.min(starts[from], starts[to]), Math.max(ends[from], ends[to])];
  };

  /** Indices [first, last + 1) of the tokens of a lane that hold some of the stretch. */
  function tokensOf(other) {
    const [start, end] = bytes(),
      first = upperBound(other.ends, other.count, start);
    let last = first;
    while (last < other.count && other.starts[last] < end) last += 1;
    return [first, last];
  }

  /** The stretch as a text, cut at whole characters. */
  function text() {
    const [start, end] = bytes(),
      { unitAt, inside } = view.model;
    let stop = unitAt[end];
    if (inside.call(view.model, end)) stop += view.model.text.codePointAt(stop) > 0xffff ? 2 : 1;
    return view.model.text.slice(unitAt[start], stop);
  }

  function numbers(other) {
    const [start, end] = bytes(),
      [first, last] = tokensOf(other);
    let parts = 0;
    for (let t = first; t < last; t++) if (other.starts[t] < start || other.ends[t] > end) parts += 1;
    return { first, last, n: last - first, parts, share: (last - first) / (other.total || other.count || 1) };
  }

  const listed = (other, { first, last }) => "[" + Array.from(other.ids.slice(first, last)).join(", ") + "]";

  function copyButton(label, content) {
    const button = el("button", "ta-copy", label);
    button.type = "button";
    button.addEventListener("click", async () => {
      await copyText(content());
      button.textContent = "Copied";
      setTimeout(() => {
        button.textContent = label;
      }, 1500);
    });
    return button;
  }

  return {
    get active() {
      return lane >= 0;
    },
    get head() {
      return { lane, t: to };
    },
    begin(token) {
      lane = token.lane;
      from = to = token.t;
    },
    extend(t) {
      to = Math.max(0, Math.min(view.model.lanes[lane].count - 1, t));
    },
    clear() {
      lane = -1;
    },
    text,
    /** Outlines of the stretch in every lane. */
    markup(rectsOn) {
      return view.model.lanes
        .map((other) => {
          const [first, last] = tokensOf(other);
          return rectsOn(other.index, first, last)
            .map(
              (r) =>
                `<rect class="${other.index === lane ? "main" : "also"}" x="${r1(r.x)}" y="${r1(r.y)}" width="${r1(r.w)}" height="${r1(r.h)}" rx="4"/>`,
            )
            .join("");
        })
        .join("");
    },
    /** Does the box show the panel of this very stretch? */
    isOn: (box) =>
      Boolean(drawn) &&
      box.firstChild === drawn.head &&
      drawn.model === view.model &&
      drawn.from === from &&
      drawn.to === to &&
      drawn.lane === lane,
    /** What it is under each tokenizer, with buttons that copy. */
    panel() {
      const [start, end] = bytes(),
        characters = [...text()].length,
        table = el("table", "ta-selection");
      for (const other of view.model.lanes) {
        const found = numbers(other),
          { n, parts, share } = found;
        for (const one of [other, ...(other.twins || [])]) {
          // those that cut alike have ids of their own
          const line = el("tr"),
            tokens = el("td", "", `${thin(n)} token${n === 1 ? "" : "s"}`),
            copy = el("td");
          if (parts) tokens.append(el("span", "ta-quiet", `${parts} reach${parts === 1 ? "es" : ""} beyond it`));
          copy.append(copyButton("Copy ids", () => listed(one, found)));
          line.append(
            isolated("td", "ta-selection-name", one.label),
            tokens,
            el("td", "", `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}% of all`),
            copy,
          );
          table.append(line);
        }
      }
      const head = el(
        "div",
        "ta-selection-head",
        `Selected: ${thin(characters)} character${characters === 1 ? "" : "s"} · ${thin(end - start)} byte${end - start === 1 ? "" : "s"}`,
      );
      head.append(copyButton("Copy text", text));
      drawn = { head, model: view.model, lane, from, to };
      return [
        head,
        table,
        el("div", "ta-tip-note", view.narrow ? "Tap elsewhere to close." : "Shift and arrows change it, Esc ends it."),
      ];
    },
    spoken() {
      const { n } = numbers(view.model.lanes[lane]);
      return `selected ${text()}, ${n} tokens of ${view.model.lanes[lane].label}`;
    },
    /** After a repaint: the same two tokens where both still exist, else nothing. */
    repainted(find) {
      if (lane < 0) return;
      const a = find({ lane, t: from }),
        b = find({ lane, t: to });
      if (a && b && a.lane === b.lane) {
        lane = a.lane;
        from = a.t;
        to = b.t;
      } else lane = -1;
    },
  };
}
