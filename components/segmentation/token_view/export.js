// export.js: the picture as SVG and PNG, and the whole view as one HTML file that needs no server.
// The SVG copies what stands on the screen: positions come from the DOM, text stays text, one element per line.

const XML_UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function xml(text) { // characters that XML cannot hold appear as their control pictures
  return text.replace(XML_UNSAFE, (ch) => (ch.charCodeAt(0) < 0x20 ? String.fromCharCode(0x2400 + ch.charCodeAt(0)) : "\ufffd"))
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/\r/g, "\u240d");
}

/** @font-face rules of the page for the first families of a font stack, files embedded; a family that is not a web font adds nothing. */
async function embeddedFonts(stack) {
  const wanted = stack.split(",").map((name) => name.trim().replace(/["']/g, "").toLowerCase()).slice(0, 2);
  const faces = [];
  for (const sheet of document.styleSheets) {
    let rules = [];
    try { rules = sheet.cssRules; } catch { continue; } // another origin's sheet
    for (const rule of rules) {
      if (!(rule instanceof CSSFontFaceRule)) continue;
      const family = rule.style.getPropertyValue("font-family").replace(/["']/g, "").trim();
      const url = /url\(["']?([^"')]+)/.exec(rule.style.getPropertyValue("src"));
      if (!url || !wanted.includes(family.toLowerCase()) || /italic/.test(rule.style.getPropertyValue("font-style"))) continue;
      try {
        const blob = await (await fetch(new URL(url[1], sheet.href || document.baseURI))).blob();
        const data = await new Promise((done) => { const reader = new FileReader(); reader.onload = () => done(reader.result); reader.readAsDataURL(blob); });
        const weight = rule.style.getPropertyValue("font-weight") || "normal";
        faces.push(`@font-face{font-family:"${family.replace(/[^\w\s-]/g, "")}";font-weight:${weight.replace(/[^\w\s]/g, "")};src:url("${data}")}`);
      } catch { /* the font is then the reader's own: textLength keeps the boxes under their letters */ }
    }
  }
  return faces.join("\n");
}

function exportColours(stage) {
  const style = getComputedStyle(stage), value = (name) => style.getPropertyValue(name).trim();
  let css = "";
  for (let i = 0; i < 5; i++) css += `.c${i}{fill:${value(`--ta-c${i}`)}}`;
  for (let i = 0; i < 12; i++) css += `.h${i}{fill:${value(`--ta-h${i}`)}}`;
  const ink = value("--ta-ink"), red = value("--ta-red"), quiet = value("--ta-quiet"), accent = value("--ta-accent");
  return { ink, quiet, background: value("--ta-paper"), css: css +
    `.cut{stroke:${red};stroke-width:1.4;fill:none}.soft{stroke:${ink};stroke-width:1;stroke-dasharray:2 2;fill:none}.comb{stroke-width:1}.dark{stroke:${ink};fill:none}` +
    `.byte{stroke:${ink};stroke-width:1.5;stroke-dasharray:0 3;stroke-linecap:round;fill:none}.unk{stroke:${ink};stroke-opacity:.4;stroke-width:1;fill:none}` +
    `.spec{stroke:${ink};stroke-width:1.2;fill:none}.ins{stroke:${ink};stroke-width:1;stroke-dasharray:3.2 1.6;fill:none}` +
    `.flag{stroke:${ink};stroke-width:.8;fill:${ink}}.nl,.inv{stroke:${quiet};stroke-width:1.1;fill:none}.dot{stroke:${quiet};stroke-width:2.4;stroke-linecap:round}` +
    `.name{font:600 8px monospace;fill:${ink};text-anchor:middle;paint-order:stroke;stroke:${value("--ta-paper")};stroke-width:2.5px}.tid{font:9.5px sans-serif;fill:${ink};text-anchor:middle}.lead{stroke:${quiet};stroke-width:.8;fill:none}.most{stroke:${accent};stroke-width:2}.few{stroke:${accent};stroke-width:2;stroke-opacity:.55}` };
}

/** The view as a self-contained SVG document (a string). Tabs are placed by measured position, because SVG knows no tab stops. */
async function exportSvg(view, fonts = true) {
  view.fillAll();
  const { stage, metrics } = view, colours = exportColours(stage);
  const pad = 16, width = Math.ceil(stage.clientWidth + 2 * pad), height = Math.ceil(stage.clientHeight + 2 * pad);
  const face = fonts ? await embeddedFonts(metrics.family) : "";
  const text = `font-family:${metrics.family.replace(/"/g, "'")};font-size:${metrics.size}px;font-weight:${metrics.weight};white-space:pre;fill:${colours.ink}`;
  const out = [];
  const place = (node) => { const a = node.getBoundingClientRect(), b = stage.getBoundingClientRect(); return [a.left - b.left + pad, a.top - b.top + pad, a.width, a.height]; };
  for (const label of stage.querySelectorAll(".ta-label")) {
    const [x, y, , h] = place(label), name = label.querySelector(":scope > bdi"), summary = label.querySelector(".ta-summary"), mark = label.querySelector(".ta-mark");
    if (mark) { const [mx, my, mw, mh] = place(mark); out.push(`<rect x="${r1(mx)}" y="${r1(my)}" width="${r1(mw)}" height="${r1(mh)}" rx="2" fill="${xml(mark.style.background.startsWith("rgb") ? mark.style.background : colours.quiet)}"/>`); }
    const say = (node, size) => {
      const [tx, ty, , th] = place(node), room = place(label)[2] - (tx - x);
      let shown = node.textContent;
      if (shown.length * size * 0.52 > room && room > 0) shown = shown.slice(0, Math.max(4, Math.floor(room / (size * 0.52)))) + "…";
      out.push(`<text x="${r1(tx)}" y="${r1(ty + th / 2 + size * 0.35)}" style="font:${size}px sans-serif;fill:${colours.quiet};unicode-bidi:isolate">${xml(shown)}</text>`);
    };
    if (name) say(name, 12.5); else if (label.textContent) out.push(`<text x="${r1(x)}" y="${r1(y + h / 2 + 4)}" style="font:12px sans-serif;fill:${colours.quiet}">${xml(label.textContent)}</text>`);
    if (summary) say(summary, 11);
  }
  for (const node of stage.querySelectorAll(".ta-track, .ta-stave")) {
    const [x, y] = place(node), inner = node.taLine ? GUTTER : 0;
    out.push(`<g transform="translate(${r1(x + inner)} ${r1(y)})">`);
    if (node.taBars) out.push(node.innerHTML);
    else {
      const over = node.querySelector(".ta-over");
      out.push(node.querySelector(".ta-boxes").innerHTML, svgText(node.taLine, view.metrics, text), over ? over.innerHTML : "");
    }
    out.push("</g>");
  }
  return `<svg xmlns="${SVG_NS}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><style>${face}${colours.css}</style>` +
    `<rect width="100%" height="100%" fill="${colours.background}"/>${out.join("\n")}</svg>`;
}

function svgText(line, metrics, style) {
  if (!line.text) return "";
  const rtl = line.dir === "rtl", y = r1(metrics.baseline), length = line.right - line.left;
  const wrap = line.stack.map(([bidi, dir]) => `<tspan style="unicode-bidi:${bidi};direction:${dir}">`);
  const inner = (s) => xml(line.before) + wrap.join("") + s + wrap.map(() => "</tspan>").join("") + xml(line.after);
  if (line.text.includes("\t") && !rtl) {
    let unit = 0, k = 0;
    const starts = graphemeStarts(line.text), parts = line.text.split(/(?<=\t)/);
    const spans = parts.map((part) => {
      while (starts[k] < unit) k++;
      unit += part.length;
      return `<tspan x="${r1(line.x0[k])}">${xml(part)}</tspan>`;
    });
    return `<text y="${y}" xml:space="preserve" style="${xml(style)}">${inner(spans.join(""))}</text>`;
  }
  const fit = length > 0 && !/\p{M}|\u200d/u.test(line.text) ? ` textLength="${r1(length)}" lengthAdjust="spacingAndGlyphs"` : "";
  return `<text x="${r1(rtl ? line.right : line.left)}" y="${y}" xml:space="preserve" direction="${line.dir}"${fit} style="${xml(style)}">${inner(xml(line.text))}</text>`;
}

/** The SVG drawn at twice its size. */
async function exportPng(view) {
  const source = await exportSvg(view), image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(source);
  await image.decode();
  const scale = Math.min(2, 16000 / image.height, 16000 / image.width); // browsers refuse larger canvases
  const canvas = document.createElement("canvas");
  canvas.width = image.width * scale; canvas.height = image.height * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** One HTML file with this code, its style and the payload: it hovers without a server. */
async function exportHtml(view) {
  const face = await embeddedFonts(view.metrics.family);
  const data = JSON.stringify(view.model.payload).replace(/</g, "\\u003c").replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");
  const family = view.metrics.family.replace(/[<>{};]/g, "");
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Token Atlas: segmentation</title>\n` +
    `<style>${face}\n:root{color-scheme:light dark;--st-font:${family}}body{margin:24px;font-family:${family}}@media(prefers-color-scheme:dark){body{background:#0e1117}}</style></head>\n` +
    `<body><div id="token-view"></div>\n<script type="application/json" id="payload">${data}<\/script>\n` +
    `<script>(${tokenAtlasView.toString()})().mountTokenView(document.getElementById("token-view"), JSON.parse(document.getElementById("payload").textContent));<\/script>\n</body></html>\n`;
}

function save(content, type, name) {
  const link = document.createElement("a"), url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** The small Export menu at the top right of the view. */
function exportMenu(view) {
  const box = el("div", "ta-export"), button = el("button", "ta-button", "Export"), menu = el("div", "ta-menu");
  button.type = "button";
  button.setAttribute("aria-haspopup", "menu");
  menu.setAttribute("role", "menu");
  menu.hidden = true;
  const open = (yes) => { menu.hidden = !yes; button.setAttribute("aria-expanded", String(yes)); };
  open(false);
  const actions = {
    SVG: async () => save(await exportSvg(view), "image/svg+xml", "segmentation.svg"),
    PNG: async () => save(await exportPng(view), "image/png", "segmentation.png"),
    HTML: async () => save(await exportHtml(view), "text/html", "segmentation.html"),
  };
  const titles = { SVG: "Vector picture", PNG: "Picture, double resolution", HTML: "One file that still hovers" };
  for (const [name, action] of Object.entries(actions)) {
    const item = el("button", "ta-item");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.append(el("b", "", name), el("span", "", titles[name]));
    item.addEventListener("click", async () => {
      open(false);
      button.focus();
      try { await action(); } catch (error) { view.live.textContent = button.title = `The ${name} could not be made: ${error.message}`; }
    });
    menu.append(item);
  }
  button.addEventListener("click", () => { open(menu.hidden); if (!menu.hidden) menu.firstChild.focus(); });
  box.addEventListener("keydown", (event) => {
    const items = [...menu.children], at = items.indexOf(event.composedPath()[0]);
    if (event.key === "Escape") { open(false); button.focus(); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") { items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus(); event.preventDefault(); }
  });
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) open(false); });
  box.append(button, menu);
  return box;
}
