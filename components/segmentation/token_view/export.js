// export.js: the picture as SVG and PNG, and the whole view as one HTML file that needs no server.
// The SVG copies what stands on the screen: positions come from the DOM, text stays text, one element per line.

const XML_UNSAFE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function xml(text) {
  // characters that XML cannot hold appear as their control pictures
  return text
    .replace(XML_UNSAFE, (ch) => (ch.charCodeAt(0) < 0x20 ? String.fromCharCode(0x2400 + ch.charCodeAt(0)) : "\ufffd"))
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/\r/g, "\u240d");
}

/** @font-face rules of the page for the first families of a font stack, files embedded; a family that is not a web font adds nothing. */
async function embeddedFonts(stack) {
  const wanted = stack
    .split(",")
    .map((name) => name.trim().replace(/["']/g, "").toLowerCase())
    .slice(0, 2);
  const faces = [];
  for (const sheet of document.styleSheets) {
    let rules = [];
    try {
      rules = sheet.cssRules;
    } catch {
      continue;
    } // another origin's sheet
    for (const rule of rules) {
      if (!(rule instanceof CSSFontFaceRule)) continue;
      const family = rule.style.getPropertyValue("font-family").replace(/["']/g, "").trim();
      const url = /url\(["']?([^"')]+)/.exec(rule.style.getPropertyValue("src"));
      if (!url || !wanted.includes(family.toLowerCase()) || /italic/.test(rule.style.getPropertyValue("font-style")))
        continue;
      try {
        const blob = await (await fetch(new URL(url[1], sheet.href || document.baseURI))).blob();
        const data = await new Promise((done) => {
          const reader = new FileReader();
          reader.onload = () => done(reader.result);
          reader.readAsDataURL(blob);
        });
        const weight = rule.style.getPropertyValue("font-weight") || "normal";
        faces.push(
          `@font-face{font-family:"${family.replace(/[^\w\s-]/g, "")}";font-weight:${weight.replace(/[^\w\s]/g, "")};src:url("${data}")}`,
        );
      } catch {
        /* the font is then the reader's own: textLength keeps the boxes under their letters */
      }
    }
  }
  return faces.join("\n");
}

function exportColours(stage) {
  const style = getComputedStyle(stage),
    value = (name) => style.getPropertyValue(name).trim();
  let css = "";
  for (let i = 0; i < 5; i++) css += `.c${i}{fill:${value(`--ta-c${i}`)}}`;
  for (let i = 0; i < 12; i++) css += `.h${i}{fill:${value(`--ta-h${i}`)}}`;
  const ink = value("--ta-ink"),
    red = value("--ta-red"),
    quiet = value("--ta-quiet"),
    accent = value("--ta-accent");
  return {
    ink,
    quiet,
    background: value("--ta-paper"),
    css:
      css +
      `.cut{stroke:${red};stroke-width:1.4;fill:none}.soft{stroke:${ink};stroke-width:1;stroke-dasharray:2 2;fill:none}.comb{stroke-width:1}.dark{stroke:${ink};fill:none}` +
      `.byte{stroke:${ink};stroke-width:1.5;stroke-dasharray:0 3;stroke-linecap:round;fill:none}.unk{stroke:${ink};stroke-opacity:.4;stroke-width:1;fill:none}` +
      `.spec{stroke:${ink};stroke-width:1.2;fill:none}.ins{stroke:${ink};stroke-width:1;stroke-dasharray:3.2 1.6;fill:none}` +
      `.flag{stroke:${ink};stroke-width:.8;fill:${ink}}.nl,.inv{stroke:${quiet};stroke-width:1.1;fill:none}.dot{stroke:${quiet};stroke-width:2.4;stroke-linecap:round}` +
      `.name{font:600 8px monospace;fill:${ink};text-anchor:middle;paint-order:stroke;stroke:${value("--ta-paper")};stroke-width:2.5px}.tid{font:9.5px sans-serif;fill:${ink};text-anchor:middle}.lead{stroke:${quiet};stroke-width:.8;fill:none}.most{stroke:${accent};stroke-width:2}.few{stroke:${accent};stroke-width:2;stroke-opacity:.55}`,
  };
}

const TITLE = 34,
  LABELS = 168; // px: the title above a picture, the labels beside a single line

const pen = document.createElement("canvas").getContext("2d");
const widthOf = (text, font) => {
  pen.font = font;
  return pen.measureText(text).width;
};

/** As much of a label as fits into so many px. */
function fitted(text, font, room) {
  if (widthOf(text, font) <= room) return text;
  let letters = [...text];
  while (letters.length > 1 && widthOf(letters.join("") + "…", font) > room) letters = letters.slice(0, -1);
  return letters.join("") + "…";
}

const small = (x, y, size, fill, text, weight = 400) =>
  `<text x="${r1(x)}" y="${r1(y)}" style="font:${weight} ${size}px sans-serif;fill:${fill};unicode-bidi:isolate">${xml(text)}</text>`;

function titleOf(model, line) {
  const shown = line ? model.text.slice(model.unitAt[line.byte0], model.unitAt[line.byte1]) : model.text;
  const text = shown.replace(/\s+/g, " ").trim(),
    letters = [...text];
  const start = letters.length > 60 ? letters.slice(0, 59).join("") + "…" : text;
  return `${model.lanes.length === 1 ? model.lanes[0].label : `${model.lanes.length} tokenizers`} on “${start}”`;
}

/** What the marks mean, in rows under the picture: {markup, height}. */
function svgLegend(present, many, width, colours) {
  const items = LEGEND.filter(([key]) => present.has(key)).map(([, sample, meaning]) => [sample, meaning]);
  if (many)
    items.unshift([
      '<path class="few" d="M4 13V8"/><path class="most" d="M11 13V1"/>',
      "how many tokenizers cut there",
    ]);
  let x = 0,
    y = 0,
    markup = "";
  for (const [sample, meaning] of items) {
    const wide = 40 + widthOf(meaning, "12px sans-serif");
    if (x && x + wide > width) {
      x = 0;
      y += 20;
    }
    markup +=
      `<g transform="translate(${r1(x)} ${y})">${sample}</g>` + small(x + 22, y + 11, 12, colours.quiet, meaning);
    x += wide;
  }
  return { markup, height: items.length ? y + 26 : 0 };
}

const styleOf = (view, colours) =>
  `font-family:${view.metrics.family.replace(/"/g, "'")};font-size:${view.metrics.size}px;font-weight:${view.metrics.weight};white-space:pre;fill:${colours.ink}`;

function staveMarkup(node, view, style) {
  const over = node.querySelector(".ta-over");
  return (
    node.querySelector(".ta-boxes").innerHTML + svgText(node.taLine, view.metrics, style) + (over ? over.innerHTML : "")
  );
}

/** All that stands on the stage, at its places there: {markup, width, height, present}. */
function wholeStage(view, colours) {
  view.fillAll();
  const { stage } = view,
    style = styleOf(view, colours),
    out = [];
  const place = (node) => {
    const a = node.getBoundingClientRect(),
      b = stage.getBoundingClientRect();
    return [a.left - b.left, a.top - b.top, a.width, a.height];
  };
  for (const label of stage.querySelectorAll(".ta-label")) {
    const [x, y, w, h] = place(label),
      name = label.querySelector(":scope > bdi"),
      summary = label.querySelector(".ta-summary"),
      mark = label.querySelector(".ta-mark");
    if (mark) {
      const [mx, my, mw, mh] = place(mark);
      out.push(
        `<rect x="${r1(mx)}" y="${r1(my)}" width="${r1(mw)}" height="${r1(mh)}" rx="2" fill="${xml(mark.style.background.startsWith("rgb") ? mark.style.background : colours.quiet)}"/>`,
      );
    }
    const say = (node, size) => {
      const [tx, ty, , th] = place(node);
      out.push(
        small(
          tx,
          ty + th / 2 + size * 0.35,
          size,
          colours.quiet,
          fitted(node.textContent, `${size}px sans-serif`, x + w - tx - 8),
        ),
      );
    };
    if (name) say(name, 12.5);
    else if (label.textContent) out.push(small(x, y + h / 2 + 4, 12, colours.quiet, label.textContent));
    if (summary) say(summary, 11);
  }
  for (const node of stage.querySelectorAll(".ta-track, .ta-stave")) {
    const [x, y] = place(node);
    out.push(
      `<g transform="translate(${r1(x + (node.taLine ? GUTTER : 0))} ${r1(y)})">${node.taBars ? node.innerHTML : staveMarkup(node, view, style)}</g>`,
    );
  }
  return { markup: out.join("\n"), width: stage.clientWidth, height: stage.clientHeight, present: view.present };
}

/** One line of the text under every tokenizer, one below the other however the view is arranged. */
function oneLine(view, line, colours) {
  const { model } = view,
    style = styleOf(view, colours),
    present = new Set(),
    out = [];
  const many = model.lanes.length > 1,
    size = view.size;
  let y = 0;
  if (many) {
    out.push(`<g transform="translate(${LABELS + GUTTER} ${y})">${consensusTrack(model, line, size).innerHTML}</g>`);
    y += size.track + 3;
  }
  textMarks(model, line, size, present);
  for (const lane of model.lanes) {
    const node = view.staves[lane.index].find((one) => one.taLine === line),
      middle = y + size.height / 2;
    view.fill(node);
    for (const mark of paintStave(model, line, lane, size).present) present.add(mark);
    out.push(
      `<rect x="0" y="${r1(middle - 8)}" width="8" height="8" rx="2" fill="${/^#[0-9a-fA-F]{3,8}$/.test(lane.colour) ? lane.colour : colours.quiet}"/>`,
    );
    out.push(small(15, middle, 12.5, colours.quiet, fitted(lane.label, "12.5px sans-serif", LABELS - 23)));
    const n = new Set(node.taPieces.map((p) => p.t)).size;
    out.push(small(15, middle + 13, 11, colours.quiet, `${thin(n)} token${n === 1 ? "" : "s"} on this line`));
    out.push(`<g transform="translate(${LABELS + GUTTER} ${y})">${staveMarkup(node, view, style)}</g>`);
    y += size.height + size.ids + 6;
  }
  return { markup: out.join("\n"), width: LABELS + 2 * GUTTER + Math.max(0, ...line.x1), height: y, present };
}

/** The view, or the line of the token at hand alone, as a self-contained SVG document (a string) with title and legend. */
async function exportSvg(view, { fonts = true, lineOnly = false } = {}) {
  const colours = exportColours(view.stage),
    pad = 16,
    { model } = view;
  const line = lineOnly && view.lineAtHand(),
    drawn = line ? oneLine(view, line, colours) : wholeStage(view, colours);
  const title = titleOf(model, line),
    width = Math.ceil(Math.max(drawn.width, line ? 420 : 0));
  const keys = svgLegend(
    drawn.present,
    model.lanes.length > 1 && (line || model.payload.view !== "cards"),
    width,
    colours,
  );
  const height = Math.ceil(TITLE + drawn.height + (keys.height ? keys.height + 10 : 0));
  const face = fonts ? await embeddedFonts(view.metrics.family) : "";
  return (
    `<svg xmlns="${SVG_NS}" width="${width + 2 * pad}" height="${height + 2 * pad}" viewBox="0 0 ${width + 2 * pad} ${height + 2 * pad}" role="img"><title>${xml(title)}</title>` +
    `<style>${face}${colours.css}</style><rect width="100%" height="100%" fill="${colours.background}"/><g transform="translate(${pad} ${pad})">` +
    small(0, 15, 15, colours.ink, fitted(title, "600 15px sans-serif", width - 110), 600) +
    small(width - 84, 15, 12, colours.quiet, "Token Atlas") +
    `<g transform="translate(0 ${TITLE})">${drawn.markup}</g><g transform="translate(0 ${r1(TITLE + drawn.height + 10)})">${keys.markup}</g></g></svg>`
  );
}

function svgText(line, metrics, style) {
  if (!line.text) return "";
  const rtl = line.dir === "rtl",
    y = r1(metrics.baseline),
    length = line.right - line.left;
  const wrap = line.stack.map(([bidi, dir]) => `<tspan style="unicode-bidi:${bidi};direction:${dir}">`);
  const inner = (s) => xml(line.before) + wrap.join("") + s + wrap.map(() => "</tspan>").join("") + xml(line.after);
  if (line.text.includes("\t") && !rtl) {
    let unit = 0,
      k = 0;
    const starts = graphemeStarts(line.text),
      parts = line.text.split(/(?<=\t)/);
    const spans = parts.map((part) => {
      while (starts[k] < unit) k++;
      unit += part.length;
      return `<tspan x="${r1(line.x0[k])}">${xml(part)}</tspan>`;
    });
    return `<text y="${y}" xml:space="preserve" style="${xml(style)}">${inner(spans.join(""))}</text>`;
  }
  const fit =
    length > 0 && !/\p{M}|\u200d/u.test(line.text) ? ` textLength="${r1(length)}" lengthAdjust="spacingAndGlyphs"` : "";
  return `<text x="${r1(rtl ? line.right : line.left)}" y="${y}" xml:space="preserve" direction="${line.dir}"${fit} style="${xml(style)}">${inner(xml(line.text))}</text>`;
}

/** The SVG drawn at twice its size. */
async function exportPng(view, options) {
  const source = await exportSvg(view, options),
    image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(source);
  await image.decode();
  const scale = Math.min(2, 16000 / image.height, 16000 / image.width); // browsers refuse larger canvases
  const canvas = document.createElement("canvas");
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** One HTML file with this code, its style and the payload: it hovers without a server. */
async function exportHtml(view) {
  const face = await embeddedFonts(view.metrics.family);
  const data = JSON.stringify(view.model.payload)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
  const family = view.metrics.family.replace(/[<>{};]/g, "");
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Token Atlas: segmentation</title>\n` +
    `<style>${face}\n:root{color-scheme:light dark;--st-font:${family}}body{margin:24px;font-family:${family}}@media(prefers-color-scheme:dark){body{background:#0e1117}}</style></head>\n` +
    `<body><div id="token-view"></div>\n<script type="application/json" id="payload">${data}<\/script>\n` +
    `<script>(${tokenAtlasView.toString()})().mountTokenView(document.getElementById("token-view"), JSON.parse(document.getElementById("payload").textContent));<\/script>\n</body></html>\n`
  );
}

function save(content, type, name) {
  const link = document.createElement("a"),
    url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Saves the view as SVG, PNG or HTML; pictures of the line at hand alone if so asked. */
async function saveAs(view, format, lineOnly = false) {
  if (format === "SVG") save(await exportSvg(view, { lineOnly }), "image/svg+xml", "segmentation.svg");
  else if (format === "PNG") save(await exportPng(view, { lineOnly }), "image/png", "segmentation.png");
  else save(await exportHtml(view), "text/html", "segmentation.html");
}

/** The small Export menu at the top right of the view. */
function exportMenu(view) {
  const box = el("div", "ta-export"),
    button = el("button", "ta-button", "Export"),
    menu = el("div", "ta-menu");
  button.type = "button";
  button.setAttribute("aria-haspopup", "menu");
  menu.setAttribute("role", "menu");
  menu.hidden = true;
  const open = (yes) => {
    menu.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  };
  open(false);
  const actions = Object.fromEntries(["SVG", "PNG", "HTML"].map((format) => [format, () => saveAs(view, format)]));
  const titles = { SVG: "Vector picture", PNG: "Picture, double resolution", HTML: "One file that still hovers" };
  for (const [name, action] of Object.entries(actions)) {
    const item = el("button", "ta-item");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.append(el("b", "", name), el("span", "", titles[name]));
    item.addEventListener("click", async () => {
      open(false);
      button.focus();
      try {
        await action();
      } catch (error) {
        view.live.textContent = button.title = `The ${name} could not be made: ${error.message}`;
      }
    });
    menu.append(item);
  }
  button.addEventListener("click", () => {
    open(menu.hidden);
    if (!menu.hidden) menu.firstChild.focus();
  });
  box.addEventListener("keydown", (event) => {
    const items = [...menu.children],
      at = items.indexOf(event.composedPath()[0]);
    if (event.key === "Escape") {
      open(false);
      button.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
      event.preventDefault();
    }
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) open(false);
  });
  box.append(button, menu);
  return box;
}
