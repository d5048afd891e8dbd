// text_editor.js: a text area that sends its text while it is typed in.
// The text in the browser is the truth: Python overwrites it only when `version` changes, so a rerun never moves the caret.

const editors = new WeakMap();

const SMALL = 50000; // code units; longer texts wait longer, because each send carries all of it
// The first key of a burst is sent at once, then the newest text in every such span (ms), and the last one after the last key.
const spanFor = (length) => (length <= SMALL ? 120 : Math.min(1200, 120 + length / 500));

/** Characters, UTF-8 bytes and the lone surrogates of a text, in one pass. */
function measureText(text) {
  let characters = 0,
    bytes = 0,
    lone = 0,
    firstLone = -1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    characters += 1;
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit <= 0xdfff) {
      const next = text.charCodeAt(i + 1);
      if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        bytes += 4;
        i += 1;
      } else {
        if (!lone) firstLone = characters - 1;
        lone += 1;
      }
    } else bytes += 3;
  }
  return { characters, bytes, lone, firstLone };
}

const RTL =
  /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** dir="auto" finds a direction per line, and in Chromium takes time with the square of the lines: 75 s at 170,000. */
const directionOf = (text) => (text.length <= SMALL ? "auto" : RTL.test(text.slice(0, SMALL)) ? "rtl" : "ltr");

/** What is to be known of the line ends and of a byte-order mark at the front, and the text without them. */
function oddities(text) {
  const { windows, returns } = lineEnds(text),
    found = [],
    ends = [
      [windows, "\\r\\n"],
      [returns, "\\r"],
    ].filter(([n]) => n);
  if (ends.length)
    found.push({
      note: "Line ends: " + ends.map(([n, name]) => `${n} × ${name}`).join(", "),
      offer: "Make them \\n",
      without: newlines,
    });
  if (text.startsWith("\ufeff"))
    found.push({
      note: "Begins with a byte-order mark, U+FEFF",
      offer: "Leave it out",
      without: (one) => one.slice(1),
    });
  return found;
}

function createEditor(root) {
  const box = document.createElement("div"),
    label = document.createElement("label"),
    area = document.createElement("textarea");
  const foot = document.createElement("div"),
    notes = document.createElement("span"),
    count = document.createElement("span"),
    message = document.createElement("span");
  box.className = "te-box";
  foot.className = "te-foot";
  count.className = "te-count";
  message.className = "te-message";
  notes.className = "te-notes";
  area.id = "text";
  label.htmlFor = "text";
  message.id = "message"; // ids are private to this shadow root
  area.spellcheck = false;
  for (const name of ["autocomplete", "autocorrect", "autocapitalize"]) area.setAttribute(name, "off");
  message.setAttribute("role", "status");
  foot.append(message, notes, count);
  box.append(label, area, foot);
  root.append(box);

  const editor = { data: null, send: () => {}, version: undefined };
  const kept = KeptText();
  let timer = 0,
    composing = false,
    sent = null,
    sentAt = -Infinity,
    original = null,
    said = "";
  const thin = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, editor.data.thin);
  const changed = (event) =>
    kept.edited(area.value, area.selectionEnd, Boolean(event && /^history/.test(event.inputType)));

  /** Put another text in, as if it had been typed. */
  function become(text) {
    area.value = kept.put(text);
    schedule();
  }

  /** Line ends and marks that cannot be seen, each with a way to do without, and a way back to the text as it came. */
  function note() {
    if (original && kept.text !== original.after) original = null;
    const found = original
      ? [{ note: original.said, offer: "Back to the original", text: original.before }]
      : oddities(kept.text);
    const now = JSON.stringify(found.map((one) => [one.note, one.offer]));
    if (now === said) return;
    said = now;
    notes.replaceChildren(
      ...found.flatMap(({ note: words, offer, without, text }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = offer;
        button.addEventListener("click", () => {
          const before = kept.text,
            after = text ?? without(before);
          original =
            text === undefined
              ? {
                  before,
                  after,
                  said: offer === "Leave it out" ? "The byte-order mark was left out." : "Line ends were made \\n.",
                }
              : null;
          become(after);
        });
        return [words + " ", button];
      }),
    );
  }

  function report() {
    changed();
    note();
    const { characters, bytes, lone, firstLone } = measureText(kept.text),
      limit = editor.data.max_chars;
    count.textContent = `${thin(characters)} character${characters === 1 ? "" : "s"} · ${thin(bytes)} byte${bytes === 1 ? "" : "s"}`;
    const over = characters > limit;
    message.textContent = over
      ? `Too long by ${thin(characters - limit)} character${characters - limit === 1 ? "" : "s"}: at most ${thin(limit)} are compared at once. The result below is for the text before. Shorten the text.`
      : lone
        ? `Character ${thin(firstLone + 1)} is half of a surrogate pair${lone > 1 ? ` (${lone} such in all)` : ""}, not valid Unicode: it has no bytes. Delete it.`
        : "";
    area.setAttribute("aria-invalid", String(over || lone > 0));
    area.setAttribute("aria-describedby", "message");
    box.classList.toggle("te-bad", over || lone > 0);
    return !over;
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    if (composing || !report()) return;
    const key = editor.version + "\u0000" + kept.text;
    if (key === sent) return;
    sent = key;
    sentAt = performance.now();
    editor.send({ version: editor.version, text: kept.text });
  }

  function schedule() {
    report();
    const direction = directionOf(area.value);
    if (area.dir !== direction) area.dir = direction;
    if (composing || timer) return; // the text that waits is read when its time comes: the newest
    const wait = sentAt + spanFor(area.value.length) - performance.now();
    if (wait <= 0) flush();
    else timer = setTimeout(flush, wait);
  }

  area.addEventListener("input", (event) => {
    changed(event);
    if (!composing && !event.isComposing) schedule();
    else report();
  });
  area.addEventListener("paste", (event) => {
    // a large paste is put in here: the browser's own way takes minutes
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    kept.expect(pasted);
    if (pasted.length <= SMALL) return;
    event.preventDefault();
    area.dir = directionOf(area.value + pasted);
    area.setRangeText(newlines(pasted), area.selectionStart, area.selectionEnd, "end");
    schedule();
  });
  area.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
    timer = 0;
  });
  area.addEventListener("compositionend", () => {
    composing = false;
    schedule();
  });
  area.addEventListener("blur", () => {
    if (timer) flush();
  });
  for (const type of ["keydown", "keypress", "keyup"]) area.addEventListener(type, (event) => event.stopPropagation()); // no page shortcut fires while typing

  editor.update = (data, send) => {
    editor.data = data;
    editor.send = send;
    label.textContent = data.label;
    label.classList.toggle("te-hidden", !data.show_label);
    area.placeholder = data.placeholder;
    area.style.height = data.height + "px";
    if (editor.version !== data.version) {
      // a sample was chosen, a link restored: the only time that Python writes here
      editor.version = data.version;
      clearTimeout(timer);
      timer = 0;
      composing = false;
      area.dir = directionOf(data.value);
      original = null;
      const shown = kept.put(data.value);
      if (area.value !== shown) area.value = shown;
      sent = data.version + "\u0000" + data.value;
    }
    report();
  };
  editor.destroy = () => {
    clearTimeout(timer);
    box.remove();
  };
  return editor;
}

export default function mountTextEditor({ data, parentElement, setStateValue }) {
  if (!editors.has(parentElement)) editors.set(parentElement, createEditor(parentElement));
  editors.get(parentElement).update(data, (state) => setStateValue("text", state));
  return () => {
    const editor = editors.get(parentElement);
    if (editor) editor.destroy();
    editors.delete(parentElement);
  };
}
