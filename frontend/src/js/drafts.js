// What stands in a form and is not handed in yet, saved while one types.
//
// The server has the draft; this browser keeps a copy only while the server can't be reached. Two pages with the same
// exercise tell each other what they saved, so that one never overwrites the other's work with something older.

import { put } from "./net.js";
import { say } from "./texts.js";

const PAUSE = 1200;
const RETRY = 10_000;
const forms = new Set();

/** Save everything that has not been saved; resolves when it is. */
export const saveDrafts = () => Promise.all([...forms].map((draft) => draft.save()));

export class Draft {
  constructor(form, url) {
    Object.assign(this, { form, url, timer: 0, running: null, generation: 0, savedGeneration: 0, leaving: false });
    this.state = form.querySelector("[data-draft-state]");
    const reader = document.querySelector('meta[name="reader"]')?.content;
    this.key = reader ? `draft:${reader}:${url}` : null;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`draft:${reader}:${url}`) : null;
    this.restore();
    this.saved = JSON.stringify(this.record());
    this.listen();
    forms.add(this);
  }

  listen() {
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", () => {
      this.leaving = true;
      clearTimeout(this.timer);
    });
    window.addEventListener("pageshow", () => (this.leaving = false));
    window.addEventListener("online", () => this.save());
    window.addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    this.channel?.addEventListener("message", ({ data }) => this.adopt(data));
  }

  fields() {
    return [...this.form.querySelectorAll("textarea[name]")];
  }

  /** The form's texts, as the server stores them. */
  record() {
    const record = { source: "", answers: {} };
    for (const field of this.fields()) {
      if (field.dataset.editor !== undefined) record.source = field.value;
      else record.answers[field.name.replace(/^answer-/, "")] = field.value;
    }
    return record;
  }

  /** Put a record into the form; the editor hears of it by an event. */
  fill(record) {
    for (const field of this.fields()) {
      const text = field.dataset.editor !== undefined ? record.source : record.answers?.[field.name.replace(/^answer-/, "")];
      if (text === undefined || text === field.value) continue;
      field.value = text;
      field.dispatchEvent(new CustomEvent("draft:filled"));
    }
  }

  changed() {
    this.generation += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.running) await this.running;
    const text = JSON.stringify(this.record());
    if (text === this.saved || this.leaving) return;
    this.running = this.send(text);
    await this.running;
    this.running = null;
  }

  async send(text) {
    this.show(say("saving"));
    try {
      const response = await put(this.url, JSON.parse(text));
      if (!response.ok) throw response;
      const { saved_at: savedAt } = await response.json().catch(() => ({}));
      this.saved = text;
      this.forget();
      this.channel?.postMessage(text);
      this.showSaved(savedAt);
    } catch (trouble) {
      this.keep(text);
      const refused = trouble instanceof Response && trouble.status < 500;
      this.show(say(refused ? "draft_refused" : "draft_kept"), "error");
      if (!refused) this.timer = setTimeout(() => this.save(), RETRY);
    }
  }

  /** The page goes away: the last words go along, without an answer to wait for. */
  leave() {
    const text = JSON.stringify(this.record());
    if (text === this.saved || this.leaving) return;
    this.keep(text);
    put(this.url, JSON.parse(text), text.length < 60_000).then(
      (response) => response.ok && this.forget(),
      () => {},
    );
  }

  /** Another page saved: follow it, unless something here is not saved. */
  adopt(text) {
    if (JSON.stringify(this.record()) !== this.saved) return;
    this.saved = text;
    this.fill(JSON.parse(text));
  }

  keep(text) {
    if (!this.key) return;
    try {
      localStorage.setItem(this.key, JSON.stringify({ text, at: new Date().toISOString() }));
    } catch {
      // The browser keeps nothing (private window, full): the text is still in the page.
    }
  }

  forget() {
    if (this.key) localStorage.removeItem(this.key);
  }

  /** A copy kept here and newer than the server's comes back; an older one is dropped. */
  restore() {
    const stored = this.key && localStorage.getItem(this.key);
    if (!stored) return;
    const { text, at } = JSON.parse(stored);
    if (at > (this.form.dataset.savedAt ?? "")) {
      this.fill(JSON.parse(text));
      this.show(say("draft_restored"));
      this.changed();
    } else {
      this.forget();
    }
  }

  showSaved(savedAt) {
    const moment = savedAt ? new Date(savedAt) : new Date();
    const clock = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit" });
    this.show(say("saved_at", { time: clock.format(moment) }));
  }

  show(sentence, kind = "info") {
    if (!this.state) return;
    this.state.textContent = sentence;
    this.state.dataset.kind = kind;
  }
}
