// Asks the token view of the page, which names itself in a map that both know, for its files.

const VIEWS = Symbol.for("token-atlas-views");

export default function ({ data, parentElement }) {
  const note = parentElement.querySelector(".note"),
    lineOnly = parentElement.querySelector("input");
  for (const button of parentElement.querySelectorAll("button")) {
    button.onclick = async () => {
      button.disabled = true;
      note.textContent = "";
      try {
        await globalThis[VIEWS].get(data.view).saveAs(button.dataset.format, lineOnly.checked);
      } catch (error) {
        note.textContent = `The ${button.dataset.format} could not be made: ${error.message}`;
      }
      button.disabled = false;
    };
  }
}
