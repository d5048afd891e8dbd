// loader.js: all of the token view's JavaScript that travels with a rerun; the rest is fetched once, by an address that changes with it.

const libraries = new Map();

function library(address) {
  if (!libraries.has(address)) libraries.set(address, import(new URL(address, window.location.href).href));
  return libraries.get(address);
}

function failed(parentElement, address) {
  libraries.delete(address); // the next rerun tries again
  parentElement.textContent = "The drawing could not be fetched from the server. Reload the page.";
}

export default function mountWhenLoaded(component) {
  const { data: { script, view }, parentElement } = component;
  let leave = null, left = false;
  library(script).then(
    ({ streamlitMount }) => { if (!left) leave = streamlitMount({ ...component, data: view }); },
    () => failed(parentElement, script),
  );
  return () => { left = true; leave?.(); };
}
