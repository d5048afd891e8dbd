// loader.js: all the JavaScript of a component that travels with a rerun; the rest is fetched once, by an address that changes with it.

const modules = new Map(),
  styles = new WeakMap(),
  newest = new WeakMap();

function unpacked(bytes) {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

function fetched(address) {
  if (!modules.has(address))
    modules.set(
      address,
      import(new URL(address, window.location.href).href).catch((error) => {
        modules.delete(address); // the next rerun tries again
        throw error;
      }),
    );
  return modules.get(address);
}

function style(parentElement, css) {
  if (!css || styles.has(parentElement)) return;
  const node = document.createElement("style");
  node.textContent = css;
  parentElement.prepend(node);
  styles.set(parentElement, node);
}

function failed(parentElement, why) {
  parentElement.textContent = why;
  return null;
}

async function draw(component, isNewest) {
  if (!window.DecompressionStream)
    return failed(
      component.parentElement,
      "This part of the page needs a newer browser: Chrome or Edge 80, Firefox 113, Safari 16.4, or later.",
    );
  const { script, seen, data } = await unpacked(component.data);
  const module = await fetched(script).catch(() => null);
  if (!isNewest()) return null; // what came later is drawn instead, or the part has left the page
  if (!module)
    return failed(component.parentElement, "A part of the page could not be fetched from the server. Reload the page.");
  style(component.parentElement, module.css);
  const leave = module.default({ ...component, data });
  if (seen) requestAnimationFrame(() => setTimeout(() => fetch(new URL(seen, window.location.href)).catch(() => null)));
  return leave;
}

export default function drawWhenFetched(component) {
  const { parentElement } = component,
    turn = {};
  newest.set(parentElement, turn);
  const isNewest = () => newest.get(parentElement) === turn;
  let leave = null;
  draw(component, isNewest).then((left) => {
    leave = left;
  });
  return () => {
    if (!isNewest()) return;
    newest.delete(parentElement);
    leave?.();
    styles.get(parentElement)?.remove();
    styles.delete(parentElement);
  };
}
