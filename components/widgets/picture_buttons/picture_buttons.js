// Draws the figure with plotly.js, which comes from our own server when it is first needed, and saves the picture.

const LOADING = Symbol.for("token-atlas-plotly"); // one script for all buttons of the page

function plotly(address) {
  globalThis[LOADING] ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => done(globalThis.Plotly);
    script.onerror = () => { globalThis[LOADING] = undefined; script.remove(); failed(new Error("the server does not answer")); };
    document.head.append(script);
  });
  return globalThis[LOADING];
}

const xml = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

async function picture({ figure, alt, script }, format) {
  const Plotly = await plotly(script), { data, layout } = JSON.parse(figure);
  const { width, height } = layout;
  const address = await Plotly.toImage({ data, layout, config: { staticPlot: true } }, { format, width, height, scale: format === "png" ? 2 : 1 });
  if (format === "png") return (await fetch(address)).blob();
  const svg = decodeURIComponent(address.slice(address.indexOf(",") + 1));
  return new Blob([svg.replace(/<svg([^>]*)>/, `<svg$1 role="img"><title>${xml(alt)}</title>`)], { type: "image/svg+xml" });
}

export default function ({ data, parentElement }) {
  const note = parentElement.querySelector(".note");
  for (const button of parentElement.querySelectorAll("button")) {
    const format = button.dataset.format;
    button.onclick = async () => {
      button.disabled = true;
      note.textContent = "";
      try {
        const url = URL.createObjectURL(await picture(data, format)), link = document.createElement("a");
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
