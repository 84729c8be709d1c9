"""Writing an answer: by keyboard alone, with drafts that survive, with files, in a language switched on the way."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import answer_file


@pytest.fixture
def exercise(student):
    """Somebody before the exercise with this place in the course."""

    def opened(place, locale="en", login="student"):
        someone = student(locale, login)
        page = someone.go("/courses/autodiff")
        page.locator(".rows h3 a").nth(place).click()
        expect(page.locator(".cm-content")).to_be_visible()
        return someone

    return opened


def test_the_keyboard_alone_suffices(open_browser, service, root):
    someone = open_browser("en")
    page, press = someone.go("/sign-in"), someone.page.keyboard.press
    someone.tab_to("[name=login]") if not page.locator("[name=login]:focus").count() else None
    page.keyboard.type("student")
    someone.tab_to("[name=password]")
    page.keyboard.type(service.passwords["student"])
    press("Enter")
    expect(page.locator("details.menu")).to_be_visible()
    someone.tab_to("main a[href*='/courses/']")
    press("Enter")
    page.wait_for_url("**/courses/*")
    someone.tab_to(".rows a[href*='/assignments/']")
    press("Enter")
    page.wait_for_url("**/assignments/*")
    expect(page.locator(".cm-content")).to_be_visible()
    someone.tab_to(".cm-content")
    someone.paste(answer_file(root, "second-derivative", "right"))
    press("Escape")
    someone.tab_to("[data-submit]")
    press("Enter")
    page.wait_for_url("**/submissions/*")
    someone.await_result()
    expect(page.locator("#result progress.is-full")).to_be_visible()
    someone.tab_to("#result summary")
    press("Enter")
    someone.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    someone.tab_to(".skip-link")
    someone.tab_to("details.menu > summary")
    press("Enter")
    someone.tab_to("form[action$='/sign-out'] button")
    press("Enter")
    page.wait_for_url("**/sign-in*")


def test_tab_indents_in_the_editor_and_escape_then_tab_leaves_it(exercise):
    someone = exercise(1)
    page = someone.page
    someone.write("x = 1")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    expect(page.locator("textarea[data-editor]")).to_have_value("    x = 1")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    expect(page.locator(".cm-content")).not_to_be_focused()


def test_a_draft_is_there_when_one_comes_back(exercise):
    someone = exercise(1)
    page = someone.page
    with page.expect_response("**/draft") as saved:
        someone.write("# 草稿 one\n")
    assert saved.value.ok
    page.reload()

    expect(page.locator(".cm-content")).to_contain_text("草稿 one")


def test_a_draft_written_without_connection_is_saved_later(exercise):
    someone = exercise(2)
    someone.forgive("net::ERR_INTERNET_DISCONNECTED")
    page = someone.page
    someone.context.set_offline(True)
    someone.write("# written in a tunnel\n")
    expect(page.locator("[data-draft-state][data-kind=error]")).to_be_visible()
    with page.expect_response("**/draft") as saved:
        someone.context.set_offline(False)

    assert saved.value.ok
    expect(page.locator("[data-draft-state][data-kind=info]")).to_be_visible()


def test_two_pages_of_one_exercise_do_not_overwrite_each_other(exercise):
    someone = exercise(3)
    other = someone.watch(someone.context.new_page())
    other.goto(someone.page.url)
    expect(other.locator(".cm-content")).to_be_visible()
    someone.page.bring_to_front()
    someone.write("# from the first page\n")

    expect(other.locator(".cm-content")).to_contain_text("from the first page")


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"x"), ("big.py", b"#" * 1_000_001), ("none.py", b"")])
def test_a_file_that_cannot_be_graded_is_refused_at_once(exercise, name, content):
    page = exercise(1, "zh").page
    field = page.locator("input[type=file]")
    field.set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})

    expect(page.locator(".drop-name[data-kind=error]")).to_contain_text(name)
    assert field.input_value() == ""


def test_a_dropped_notebook_is_handed_in(exercise, root):
    someone = exercise(1, login="classmate")
    page = someone.page
    text = (root / "exercises/backward-twice/right/19_notebook.ipynb").read_text(encoding="utf-8")
    dropped = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'mine.ipynb')); return data; }",
        text,
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator(".drop-name")).to_contain_text("mine.ipynb")
    page.locator("[data-submit]").click()
    someone.await_result()

    expect(page.locator("#result progress.is-full")).to_be_visible()


def test_language_and_theme_are_switched_in_place_and_remembered(exercise):
    someone = exercise(4, login="classmate")
    page, address = someone.page, someone.page.url
    someone.write("# 不要丢失\n")
    page.locator("[data-theme-switch] [value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("[data-language-switch] [value=zh]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")

    assert page.url == address
    expect(page.locator(".cm-content")).to_contain_text("不要丢失")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("[data-language-switch] [value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
