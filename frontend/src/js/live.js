// Follows a grading. The server says "something changed"; the page then asks what. An event that gets lost costs a few
// seconds, never the result: while nothing is heard the page asks by itself.

import { morph } from "./morph.js";
import { getFragment } from "./net.js";
import { say } from "./texts.js";

const WAITING = new Set(["queued", "running", "waiting"]);
// The server looks at the row every few seconds for each open stream, so this is the net below the net.
const QUIET = 20_000;
const POLL = 2000;
const SLOWEST = 15_000;

export class LiveResult {
  constructor(element, enhance) {
    Object.assign(this, { element, enhance, source: null, timer: 0, pause: POLL, busy: false, again: false });
    if (!this.isWaiting()) return;
    this.start();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start()));
    window.addEventListener("pagehide", () => this.stop());
    window.addEventListener("pageshow", (event) => event.persisted && this.start());
  }

  isWaiting() {
    return WAITING.has(this.element.dataset.state);
  }

  start() {
    if (this.source || !this.isWaiting()) return;
    const { eventsUrl } = this.element.dataset;
    if (!eventsUrl || !("EventSource" in window)) {
      this.look();
      return;
    }
    this.source = new EventSource(eventsUrl);
    this.source.addEventListener("open", () => this.look());
    this.source.addEventListener("message", () => this.look());
    this.source.addEventListener("changed", () => this.look());
    // A stream that only broke off comes back by itself; one that was refused does not, and the timer takes over.
    this.source.addEventListener("error", () => {
      if (this.source?.readyState === EventSource.CLOSED) this.source = null;
      this.wait();
    });
    this.wait();
  }

  stop() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
  }

  wait() {
    clearTimeout(this.timer);
    if (document.hidden || !this.isWaiting()) return;
    this.timer = setTimeout(() => this.look(), this.source?.readyState === EventSource.OPEN ? QUIET : this.pause);
  }

  /** Fetch the panel, once at a time; events that come meanwhile make it one more time. */
  async look() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        await this.refresh();
      } while (this.again && this.isWaiting());
    } catch {
      this.complain();
    }
    this.busy = false;
    if (this.isWaiting()) {
      this.wait();
    } else {
      this.stop();
      this.refreshAround().catch(() => {});
    }
  }

  /** Once the result is there, what stands around it may have changed as well: links to other attempts. */
  async refreshAround() {
    const response = await getFragment(location.pathname + location.search);
    const main = document.querySelector("main");
    if (!response.ok || !main?.contains(this.element)) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main");
    if (!fresh) return;
    morph(main, fresh);
    this.enhance(main);
  }

  async refresh() {
    const response = await getFragment(this.element.dataset.panelUrl);
    if (!response.ok) {
      // Signed out or gone: the whole page knows better than a piece of it.
      if (response.type === "opaqueredirect" || response.status === 401 || response.status === 404) location.reload();
      throw new Error(`${response.status}`);
    }
    const before = this.element.dataset.state;
    this.show(await response.text());
    const moved = before !== this.element.dataset.state;
    this.pause = moved ? POLL : Math.min(this.pause * 1.3, SLOWEST);
  }

  show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById(this.element.id) ?? this.wrap(page);
    const added = morph(this.element, fresh);
    for (const element of added) {
      if (element.matches(".check")) element.classList.add("is-new");
    }
    this.enhance(this.element);
    if (this.element.dataset.title) document.title = this.element.dataset.title;
  }

  /** A panel without its frame: the frame stays ours, with the state the panel tells. */
  wrap(page) {
    const fresh = this.element.cloneNode(false);
    const state = page.querySelector("[data-state]")?.dataset.state;
    if (state) fresh.dataset.state = state;
    fresh.append(...page.body.childNodes);
    return fresh;
  }

  complain() {
    this.pause = Math.min(this.pause * 1.5, SLOWEST);
    const place = this.element.querySelector("[data-live-note]");
    if (place) place.textContent = say("connection_lost");
  }
}
