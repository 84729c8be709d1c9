// The one script of the pages. A page says by attributes what it wants (README.md); everything works without it, less well.

import { confirmations, copyButton, ask } from "./dialogs.js";
import { Draft } from "./drafts.js";
import { dropZone } from "./drop.js";
import { grid } from "./grid.js";
import { keys } from "./keys.js";
import { LiveResult } from "./live.js";
import { languageSwitch, restoreScroll, themeSwitch } from "./preferences.js";
import { say } from "./texts.js";

const each = (root, selector, action) => root.querySelectorAll(selector).forEach((element) => action(element));

/** What may stand in a piece of a page that comes later, too. */
function enhance(root) {
  each(root, "[data-copy]", copyButton);
  const formulas = root.querySelectorAll("[data-math]");
  if (formulas.length) import("./math.js").then(({ setFormulas }) => formulas.forEach(setFormulas));
  scrollable(root);
}

/** What is wider than its place can be scrolled with the keyboard, too. */
function scrollable(root) {
  each(root, ".table-wrap, .table-scroll, .code, .graph, pre", (element) => {
    if (element.scrollWidth > element.clientWidth && !element.hasAttribute("tabindex")) element.tabIndex = 0;
  });
}

/** Editors first, because a draft that comes back fills them. */
async function editors() {
  const areas = [...document.querySelectorAll("textarea[data-editor]")];
  if (areas.length) {
    const { makeEditor, replaceText, SUBMIT_KEYS } = await import("./editor.js");
    const views = new Map(areas.map((area) => [area, makeEditor(area)]));
    each(document, "[data-submit-hint]", (hint) => {
      hint.textContent = say("submit_keys", { keys: SUBMIT_KEYS });
      hint.hidden = false;
    });
    each(document, "[data-fill]", (button) => fillButton(button, views.values().next().value, replaceText));
  }
  each(document, "form", (form) => {
    const url = form.dataset.draftUrl ?? form.querySelector("textarea[data-draft-url]")?.dataset.draftUrl;
    if (url) new Draft(form, url);
  });
}

/** A button that puts the text of an address (the starter) into the editor, after a question. */
function fillButton(button, view, replaceText) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (button.dataset.confirm && !(await ask(button.dataset))) return;
    const response = await fetch(button.dataset.fill, { credentials: "same-origin" });
    if (response.ok) replaceText(view, await response.text());
    view.focus();
  });
}

/** Ctrl or Command with Enter hands in, wherever in the form one writes. */
function submitKeys(event) {
  const { form } = event.target;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form?.querySelector("[data-submit-hint]")) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-submit]") ?? form.querySelector('button[type="submit"]'));
}

/** Menus close when one goes elsewhere, and with Escape. */
function closeMenus(event) {
  each(document, "details.menu[open]", (menu) => {
    if (event.key === "Escape") menu.querySelector("summary").focus();
    if (event.key === "Escape" || !menu.contains(event.target)) menu.open = false;
  });
}

confirmations();
each(document, "form[data-theme-switch]", themeSwitch);
each(document, "form[data-language-switch]", languageSwitch);
each(document, "input[data-drop]", dropZone);
each(document, "[data-live]", (element) => new LiveResult(element, enhance));
each(document, "table[data-grid]", grid);
keys();
document.addEventListener("keydown", submitKeys);
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(event));
enhance(document);
editors();
restoreScroll();
window.addEventListener("resize", () => scrollable(document));
document.addEventListener("toggle", (event) => scrollable(event.target), true);
