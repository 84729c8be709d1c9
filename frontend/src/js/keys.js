// Keys for pages on which one does the same thing a hundred times. Each does what its element does when it is clicked.

const STORE = "keys-off";
const TYPING = "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])";

/** `data-key="s"` on links, buttons and fields. They can be switched off, as single keys get into the way of some. */
export function keys() {
  if (!document.querySelector("[data-key]")) return;
  document.querySelectorAll("[data-keys-note]").forEach((note) => {
    note.hidden = false;
  });
  document.querySelectorAll("[data-keys-switch]").forEach((box) => {
    box.checked = !isOff();
    box.addEventListener("change", () => setOff(!box.checked));
  });
  document.addEventListener("keydown", press);
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
  if (event.key === "Escape" && event.target.matches?.("textarea")) event.target.blur();
  if (event.target.matches?.(TYPING) || event.target.isContentEditable || document.querySelector("dialog[open]")) return;
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!element) return;
  event.preventDefault();
  if (!element.matches("textarea")) element.click();
  element.focus();
}

/** A browser that keeps nothing has them switched on. */
function isOff() {
  try {
    return localStorage.getItem(STORE) === "yes";
  } catch {
    return false;
  }
}

function setOff(off) {
  try {
    localStorage.setItem(STORE, off ? "yes" : "no");
  } catch {
    // Then it holds for no other page; nothing to say.
  }
}
