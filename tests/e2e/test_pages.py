"""Every page, in both languages and both themes: no violation that axe finds, nothing wider than a phone."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import PHONE, answer_file
from tests.support.node_packages import sources_with_packages

OPEN_EVERYTHING = "document.querySelectorAll('main details').forEach((element) => { element.open = true; })"
CRASHING = "import torch\nx = torch.ones(3, requires_grad=True)\ny = x * x\nprint('before')\ny.backward()\n"


@pytest.fixture(scope="module")
def axe(root, tmp_path_factory) -> str:
    packages = sources_with_packages(root, tmp_path_factory.mktemp("axe")) / "node_modules"
    return (packages / "axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page, axe):
    """What axe finds on the page as it is: everything in the light, and whether all can be read in the dark."""
    found = []
    page.evaluate(axe)
    for theme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        for violation in page.evaluate("rules => axe.run(rules)", rules)["violations"]:
            places = [(node["target"], node.get("failureSummary", "")[:300]) for node in violation["nodes"][:3]]
            found.append(f"{theme} {page.url}: {violation['id']} {places}")
    return found


def is_as_wide_as_the_window(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def look(someone, axe, path=None):
    """All that is wrong with a page."""
    page = someone.page if path is None else someone.go(path)
    if page.locator("textarea[data-editor]").count():
        expect(page.locator(".cm-content")).to_be_visible()
    page.evaluate(OPEN_EVERYTHING)
    troubles = violations(page, axe)
    if not is_as_wide_as_the_window(page):
        troubles.append(f"{page.url} is wider than its window")
    return troubles


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_pages_of_somebody_who_is_not_signed_in(open_browser, axe, locale):
    someone = open_browser(locale, viewport=PHONE)
    someone.forgive("404")

    found = [trouble for path in ("/sign-in", "/sign-up", "/nowhere") for trouble in look(someone, axe, path)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_pages_of_a_student(student, service, root, axe, locale):
    someone = student(locale, viewport=PHONE if locale == "zh" else {"width": 1280, "height": 900})
    page = someone.go("/courses/autodiff")
    exercises = [link.get_attribute("href") for link in page.locator(".rows h3 a").all()]
    found = []
    for path in ("/", "/account", "/join", "/courses/autodiff", "/courses/autodiff/tracks/autodiff", exercises[-1]):
        found += look(someone, axe, path)
    found += look(someone, axe, service.sample)
    for source in (CRASHING, answer_file(root, "plot-sin", "wrong")):
        page = someone.go(exercises[-1])
        someone.write(source)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/submissions/*")
        someone.await_result()
        found += look(someone, axe)
    page.locator(".page-actions a[href*='/compare/']").click()
    found += look(someone, axe)
    found += look(someone, axe, f"{exercises[-1]}/history")

    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whoever_chose_no_theme_gets_that_of_his_system(open_browser, scheme):
    page = open_browser("en", color_scheme=scheme).go("/sign-in")
    red, green, blue = page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number)"
    )

    assert (red + green + blue > 384) == (scheme == "light")


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_no_page_is_wider_than_its_window(student, service, width):
    someone = student("zh", viewport={"width": width, "height": 800})
    page = someone.go("/courses/autodiff")
    exercise = page.locator(".rows h3 a").last.get_attribute("href")
    wide = []
    for path in ("/", "/account", "/courses/autodiff", exercise, f"{exercise}/history", service.sample):
        page = someone.go(path)
        page.evaluate(OPEN_EVERYTHING)
        wide += [] if is_as_wide_as_the_window(page) else [path]

    assert not wide
