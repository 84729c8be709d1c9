"""A reader with a browser: Debian's Chromium, led by Playwright, who notices what no reader should meet.

That is an error in the console, a script that broke, a request to another host. `forgive` names what a test provokes.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.support.tools import program

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync "
    "--disable-component-update --disable-dev-shm-usage"
).split()
TAGS = {"en": "en-GB", "zh": "zh-CN"}
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
MOST_TABS = 80
PATIENCE_MS = 30_000  # other work may run on the same cores

expect.set_options(timeout=PATIENCE_MS)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=program("chromium", "chromium"), args=FLAGS)


@dataclass
class Reader:
    """One person at one browser. `troubles` is what went wrong unnoticed by him."""

    url: str
    locale: str
    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def forgive(self, *words: str) -> None:
        self.forgiven += words

    def watch(self, page: Page) -> Page:
        page.on("console", lambda message: message.type in ("error", "warning") and self._note(message.text))
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda request: request.url.startswith((self.url, "blob:")) or self._note(request.url))
        return page

    def _note(self, words: str) -> None:
        self.troubles.append(words)

    def unforgiven(self) -> list[str]:
        return [words for words in self.troubles if not any(part in words for part in self.forgiven)]

    def go(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def sign_in(self, login: str, password: str) -> None:
        self.go("/sign-in")
        self.page.locator("[name=login]").fill(login)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main form button").click()
        expect(self.page.locator("details.menu")).to_be_visible()

    def write(self, source: str) -> None:
        """Put a whole text into the editor, as one who copied it from elsewhere."""
        self.page.locator(".cm-content").focus()
        self.paste(source)

    def paste(self, source: str) -> None:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", source)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Control+v")
        expect(self.page.locator("textarea[data-editor]")).to_have_value(source)

    def await_result(self, state: str = "graded") -> None:
        expect(self.page.locator("#result")).to_have_attribute("data-state", state)

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element has the focus. What is passed on the way shows that it has it."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(SHOWS_FOCUS), self.page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} can't be reached with the Tab key on {self.page.url}")


# The focus can be seen on the element, or on the frame around it.
SHOWS_FOCUS = """() => {
  const shows = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  };
  const focused = document.activeElement;
  return focused === document.body || shows(focused) || [...document.querySelectorAll(':focus-within')].some(shows);
}"""


@contextlib.contextmanager
def reader(browser: Browser, url: str, locale: str, **options: object) -> Iterator[Reader]:
    """A fresh browser of somebody who reads `locale`; at the end nothing must have gone wrong."""
    settings = {
        "viewport": WIDE,
        "reduced_motion": "reduce",
        "permissions": ["clipboard-read", "clipboard-write"],
        **options,
    }
    context = browser.new_context(locale=TAGS[locale], **settings)
    context.set_default_timeout(PATIENCE_MS)
    someone = Reader(url, locale, context, context.new_page())
    someone.watch(someone.page)
    try:
        yield someone
        assert not someone.unforgiven()
    finally:
        context.close()


def answer_file(root: Path, pack: str, kind: str) -> str:
    """A right or a wrong answer to an exercise, as its pack has it."""
    folder = root / "exercises" / pack
    found = folder / "solution.py" if kind == "right" else min((folder / "wrong").glob("*.py"))
    return found.read_text(encoding="utf-8")
