// Shown until dismissed; the browser remembers, since the server knows no one.

const SEEN = "token-atlas-seen";

const remembered = () => {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return false; // storage switched off: the explanation comes back at each visit
  }
};

export default function ({ parentElement }) {
  const section = parentElement.querySelector(".intro");
  section.hidden = remembered();
  section.querySelector("button").onclick = () => {
    section.hidden = true;
    try {
      localStorage.setItem(SEEN, "1");
    } catch {
      // nothing to remember it in
    }
  };
}
