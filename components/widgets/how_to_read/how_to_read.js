// The sentence is always there; what it leaves out unfolds below it.

export default function ({ data, parentElement }) {
  parentElement.querySelector("h1").textContent = data.title;
  parentElement.querySelector(".sentence span").textContent = data.sentence;
  const section = parentElement.querySelector("section"),
    button = parentElement.querySelector("button");
  button.hidden = !data.more;
  button.onclick = () => {
    section.hidden = !section.hidden;
    button.setAttribute("aria-expanded", String(!section.hidden));
    button.textContent = section.hidden ? "How to read this" : "Fold this away";
  };
}
