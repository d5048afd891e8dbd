// loader.js: all the JavaScript of a component that travels with a rerun; the rest is fetched once, by an address that changes with it.

const modules = new Map(), styles = new WeakMap();

function fetched(address) {
  if (!modules.has(address)) modules.set(address, import(new URL(address, window.location.href).href));
  return modules.get(address);
}

function style(parentElement, css) {
  if (!css || styles.has(parentElement)) return;
  const node = document.createElement("style");
  node.textContent = css;
  parentElement.prepend(node);
  styles.set(parentElement, node);
}

function failed(parentElement, address) {
  modules.delete(address); // the next rerun tries again
  parentElement.textContent = "A part of the page could not be fetched from the server. Reload the page.";
}

export default function drawWhenFetched(component) {
  const { data: { script, data }, parentElement } = component;
  let leave = null, left = false;
  fetched(script).then((module) => {
    if (left) return;
    style(parentElement, module.css);
    leave = module.default({ ...component, data });
  }, () => failed(parentElement, script));
  return () => {
    left = true;
    leave?.();
    styles.get(parentElement)?.remove();
    styles.delete(parentElement);
  };
}
