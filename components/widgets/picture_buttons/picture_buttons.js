// Draws the figure with plotly.js, which comes from our own server when it is first needed, and saves the picture.

const LOADING = Symbol.for("token-atlas-plotly"); // one script for all buttons of the page

function plotly(address) {
  globalThis[LOADING] ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => done(globalThis.Plotly);
    script.onerror = () => {
      globalThis[LOADING] = undefined;
      script.remove();
      failed(new Error("the server does not answer"));
    };
    document.head.append(script);
  });
  return globalThis[LOADING];
}

const xml = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const INCH = 2.54,
  DOTS = 300; // cm; dots to the inch of a PNG

/** A chunk of a PNG: length, name, content, and their checksum. */
function chunk(name, content) {
  const bytes = new Uint8Array(12 + content.length),
    view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(
    [...name].map((letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(content, 8);
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(4, 8 + content.length)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  view.setUint32(8 + content.length, ~crc);
  return bytes;
}

/** The PNG with its size on paper, which a browser leaves out: dots to the metre, right after the header. */
async function withDots(png) {
  const file = new Uint8Array(await png.arrayBuffer()),
    head = 33,
    size = new Uint8Array(9),
    view = new DataView(size.buffer);
  for (const place of [0, 4]) view.setUint32(place, Math.round((DOTS / INCH) * 100));
  size[8] = 1;
  return new Blob([file.subarray(0, head), chunk("pHYs", size), file.subarray(head)], { type: "image/png" });
}

async function picture({ sizes, alt, script }, n, format) {
  const Plotly = await plotly(script),
    { layout, traces, centimetres } = structuredClone(sizes[n]);
  const { width, height } = layout,
    scale = format === "png" ? (Math.round((centimetres / INCH) * DOTS) + 0.1) / width : 1;
  const figure = { data: traces, layout, config: { staticPlot: true } };
  const address = await Plotly.toImage(figure, { format, width, height, scale });
  if (format === "png") return withDots(await (await fetch(address)).blob());
  const svg = decodeURIComponent(address.slice(address.indexOf(",") + 1)),
    tall = (centimetres * height) / width;
  const sized = svg.replace(
    /<svg([^>]*?) width="[^"]*" height="[^"]*"/,
    `<svg$1 width="${centimetres}cm" height="${tall.toFixed(3)}cm"`,
  );
  return new Blob([sized.replace(/<svg([^>]*)>/, `<svg$1 role="img"><title>${xml(alt)}</title>`)], {
    type: "image/svg+xml",
  });
}

function choices(select, sizes) {
  if (select.options.length) return;
  for (const { label, centimetres } of sizes) select.append(new Option(`${label}, ${centimetres} cm`));
}

export default function ({ data, parentElement }) {
  const note = parentElement.querySelector(".note"),
    select = parentElement.querySelector("select");
  choices(select, data.sizes);
  for (const button of parentElement.querySelectorAll("button")) {
    const format = button.dataset.format;
    button.onclick = async () => {
      button.disabled = true;
      note.textContent = "";
      try {
        const url = URL.createObjectURL(await picture(data, select.selectedIndex, format)),
          link = document.createElement("a");
        link.href = url;
        link.download = `${data.name}.${format}`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(url), 10000);
      } catch (error) {
        note.textContent = `The ${button.textContent} could not be made: ${error.message}`;
      }
      button.disabled = false;
    };
  }
}
