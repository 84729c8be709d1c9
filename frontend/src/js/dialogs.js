// A question before something that can't be undone, and buttons that copy.

import { say } from "./texts.js";

/** Ask before a form with `data-confirm` (its own, or its button's) is sent. */
export function confirmations() {
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      const asker = event.submitter?.dataset.confirm ? event.submitter : form;
      if (!asker.dataset.confirm || form.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!(await ask(asker.dataset))) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter);
      delete form.dataset.confirmed;
    },
    true,
  );
}

/** A dialog with a question. Gives whether the answer was yes; Escape is no, and focus returns to where it was. */
export function ask({ confirm, confirmYes, confirmNo }) {
  const dialog = document.createElement("dialog");
  const question = Object.assign(document.createElement("p"), { id: "question", textContent: confirm });
  const row = Object.assign(document.createElement("div"), { className: "row" });
  const no = Object.assign(document.createElement("button"), { type: "button", textContent: confirmNo ?? say("cancel") });
  const yes = Object.assign(document.createElement("button"), {
    type: "button",
    className: "button-primary",
    textContent: confirmYes ?? say("yes"),
  });
  dialog.setAttribute("aria-labelledby", "question");
  row.append(no, yes);
  dialog.append(question, row);
  document.body.append(dialog);
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

const copying = new WeakSet();

export function copyButton(button) {
  button.hidden = false;
  if (copying.has(button)) return;
  copying.add(button);
  const label = button.querySelector("[data-copy-label]") ?? button;
  const words = label.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    await copy(source.value ?? source.dataset.copyText ?? source.textContent);
    label.textContent = say("copied");
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      label.textContent = words;
    }, 2000);
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS a browser offers no clipboard but this.
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
