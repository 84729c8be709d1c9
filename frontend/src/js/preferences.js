// Theme and language, switched without leaving the place.

import { saveDrafts } from "./drafts.js";
import { postForm } from "./net.js";

const SCROLL = "scroll-after-language";

export function themeSwitch(form) {
  form.addEventListener("submit", async (event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    document.documentElement.dataset.theme = chosen;
    for (const button of form.querySelectorAll("button[aria-pressed]")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
    try {
      await postForm(form, event.submitter);
    } catch {
      // It holds for this page; it is not worth a message.
    }
  });
}

export function languageSwitch(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { submitter } = event;
    try {
      await saveDrafts();
      await postForm(form, submitter);
    } catch {
      send(form, submitter);
      return;
    }
    sessionStorage.setItem(SCROLL, String(window.scrollY));
    // Not reload(): after a form with mistakes that would ask whether to send it again.
    location.replace(location.pathname + location.search);
  });
}

/** After a switch of language the page is where it was. */
export function restoreScroll() {
  const place = sessionStorage.getItem(SCROLL);
  if (place === null) return;
  sessionStorage.removeItem(SCROLL);
  window.scrollTo({ top: Number(place), behavior: "instant" });
}

function send(form, submitter) {
  if (submitter?.name) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(field);
  }
  form.submit();
}
