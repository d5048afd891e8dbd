// The address follows the text without a step in the history; the button copies it.

export default function ({ data, parentElement }) {
  const address = new URL(window.location.href);
  for (const [name, values] of Object.entries(data.parameters)) {
    address.searchParams.delete(name);
    for (const value of values) address.searchParams.append(name, value);
  }
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
  parentElement.querySelector(".note").textContent = data.note;
  const button = parentElement.querySelector("button");
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copy it from the address bar"; // no permission, or a page without TLS
    }
    setTimeout(() => {
      button.textContent = "Copy link";
    }, 2000);
  };
}
