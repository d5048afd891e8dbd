// Every text that is seen, with its colour over what is painted behind it, shadow trees included. Opacity counts; pictures, charts
// what is disabled, and a slider's numbers, which hang beside the thumb that holds them, are not looked at. Gives what has less contrast than needed.
(needed) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = "#000"; canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (c) => {
    const [r, g, b] = c.map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parentOf = (node) => node.assignedSlot || node.parentElement || (node.getRootNode().host ?? null);
  const paper = (node) => {
    const layers = [];
    for (let at = node; at; at = parentOf(at)) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const opacity = (node) => { let o = 1; for (let at = node; at; at = parentOf(at)) o *= +getComputedStyle(at).opacity; return o; };
  const pale = [];
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) look(node.shadowRoot);
      if (node.matches("input:is([type=checkbox], [type=radio], [type=range], [type=hidden], [type=file])")) continue;
      const text = node.matches("input, textarea") ? node.value || node.placeholder
        : [...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("").trim();
      if (!text || node.closest("svg, canvas, style, script, :disabled, [aria-disabled=true], [data-testid=stIconMaterial], [data-testid=stSlider]")) continue;
      const box = node.getBoundingClientRect(), style = getComputedStyle(node);
      if (box.width < 2 || box.height < 2 || style.visibility !== "visible" || style.clipPath !== "none" || !node.checkVisibility()) continue;
      const behind = paper(node), placeholder = node.matches("input, textarea") && !node.value;
      const own = placeholder ? getComputedStyle(node, "::placeholder") : style;
      const ink = rgba(own.color);
      ink[3] *= opacity(node) * (placeholder ? +own.opacity : 1);
      if (ink[3] < 0.05) continue; // shown when the pointer comes
      const [high, low] = [luminance(behind), luminance(over(ink, behind))].sort((a, b) => b - a);
      const ratio = (high + 0.05) / (low + 0.05);
      if (ratio < needed) pale.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)} (${node.tagName}.${String(node.className).slice(0, 40)})`);
    }
  };
  look(document);
  return [...new Set(pale)];
}
