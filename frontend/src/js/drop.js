// A file field that also takes a file dropped on it, and says at once when the file can't be graded.

import { say, size } from "./texts.js";

const KINDS = /\.(py|ipynb)$/i;

export function dropZone(input) {
  const limit = Number(input.dataset.limit) || 1e6;
  const frame = Object.assign(document.createElement("div"), { className: "drop" });
  const said = Object.assign(document.createElement("p"), { className: "drop-name muted" });
  const remove = Object.assign(document.createElement("button"), {
    type: "button",
    className: "button-link small",
    hidden: true,
    textContent: say("file_remove"),
  });
  const state = Object.assign(document.createElement("div"), { className: "row small" });
  said.setAttribute("role", "status");
  said.textContent = say("drop_here");
  input.replaceWith(frame);
  state.append(chooser(input), said, remove);
  frame.append(input, state);

  // Beside an editor a file wins, and that must be said.
  const sentence = input.form?.querySelector("textarea[data-editor]") ? "file_chosen" : "file_alone";
  const show = () => {
    const [file] = input.files;
    const trouble = file && troubleWith(file, limit);
    if (trouble) input.value = "";
    said.dataset.kind = trouble ? "error" : file ? "chosen" : "none";
    said.textContent = trouble || (file ? say(sentence, { name: file.name, size: size(file.size) }) : say("drop_here"));
    remove.hidden = !file || Boolean(trouble);
  };
  input.addEventListener("change", show);
  remove.addEventListener("click", () => {
    input.value = "";
    show();
    input.focus();
  });
  acceptDrops(frame, input, show);
  if (input.files.length) show();
}

/** The browser's own button speaks the browser's language; this one speaks the page's. */
function chooser(input) {
  const button = Object.assign(document.createElement("span"), { className: "button button-small", textContent: say("file_choose") });
  button.addEventListener("click", () => input.click());
  input.classList.add("visually-hidden");
  return button;
}

function troubleWith(file, limit) {
  const facts = { name: file.name, size: size(file.size), limit: size(limit) };
  if (!KINDS.test(file.name)) return say("file_kind", facts);
  if (file.size > limit) return say("file_large", facts);
  return file.size === 0 ? say("file_empty", facts) : "";
}

function acceptDrops(frame, input, show) {
  const mark = (over) => frame.classList.toggle("is-over", over);
  frame.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  frame.addEventListener("dragleave", (event) => mark(frame.contains(event.relatedTarget)));
  frame.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    show();
  });
}
