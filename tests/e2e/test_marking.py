"""Written answers marked in a browser: with the keyboard alone, without the script, and by two people at once."""

import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from submissions.models.marking import Mark
from tests.support.browser import reader
from tests.support.marking_site import marking
from tests.support.web import PASSWORD

__all__ = ["marking"]


@pytest.fixture
def class_of_three(marking):
    """Three answers, and the address where they are served."""
    for number, name in enumerate(("Bo Li", "Cy Wu", "Di Xu"), 1):
        marking.answer(f"answer {number}", marking.classmate(name))
    server = make_server("127.0.0.1", 0, marking.site.app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()
    server.server_close()


def given(marking):
    with marking.db.read() as session:
        return [(mark.answer_id, mark.share, mark.comment) for mark in session.query(Mark).order_by(Mark.answer_id)]


def begin(someone, marking, login):
    someone.sign_in(login, PASSWORD)
    someone.go(marking.question)
    someone.page.locator("form[action$='/next'] button").click()
    expect(someone.page.locator("[data-keys-switch]")).to_be_visible()


@pytest.mark.slow
def test_answers_are_marked_with_the_keyboard_alone(browser, marking, class_of_three):
    with reader(browser, class_of_three, "zh") as someone:
        begin(someone, marking, "ana")
        press = someone.page.keyboard.press
        for key in ("1", "3", "c"):
            press(key)
        someone.page.keyboard.type("js 1")
        press("Control+Enter")
        expect(someone.page).to_have_url(class_of_three + marking.at(2))
        expect(someone.page.locator("[data-keys-switch]")).to_be_visible()
        press("2")
        press("s")
        expect(someone.page).to_have_url(class_of_three + marking.at(3))
        expect(someone.page.locator("[data-keys-switch]")).to_be_visible()
        press("k")
        expect(someone.page).to_have_url(class_of_three + marking.at(2))
        expect(someone.page.locator("[data-keys-switch]")).to_be_checked()
        someone.page.locator("[data-keys-switch]").uncheck()
        press("j")
        someone.page.reload()
        expect(someone.page.locator("[data-keys-switch]")).not_to_be_checked()
        expect(someone.page).to_have_url(class_of_three + marking.at(2))
    assert given(marking) == [(1, 0.7, "js 1"), (2, 0.3, "")]


@pytest.mark.slow
def test_two_who_mark_at_once_get_different_answers_and_the_second_sees_the_firsts_mark(
    browser, marking, class_of_three
):
    with reader(browser, class_of_three, "en") as one, reader(browser, class_of_three, "en") as two:
        two.forgive("409")
        begin(one, marking, "ana")
        begin(two, marking, "ben")
        assert (one.page.url, two.page.url) == (class_of_three + marking.at(1), class_of_three + marking.at(2))
        two.go(marking.at(1))
        one.page.locator("[name=item]").first.check()
        one.page.locator("[data-submit]").click()
        expect(one.page).to_have_url(class_of_three + marking.at(3))
        two.page.locator("#comment").fill("mine")
        two.page.locator("[data-submit]").click()
        expect(two.page.get_by_role("alert")).to_contain_text("Ana Assistant marked this answer")
        expect(two.page.locator("#comment")).to_have_value("mine")
    assert given(marking) == [(1, 0.4, "")]


@pytest.mark.slow
def test_without_the_script_answers_are_marked_by_plain_forms(browser, marking, class_of_three):
    with reader(browser, class_of_three, "en", java_script_enabled=False) as someone:
        someone.sign_in("ana", PASSWORD)
        someone.go(marking.question)
        someone.page.locator("form[action$='/next'] button").click()
        someone.page.locator("[name=item]").first.check()
        someone.page.locator("[data-submit]").click()
        expect(someone.page).to_have_url(class_of_three + marking.at(2))
    assert given(marking) == [(1, 0.4, "")]
