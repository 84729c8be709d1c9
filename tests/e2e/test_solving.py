"""A new student signs up and solves every exercise, in either language: first a wrong answer, then a right one."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import PHONE, answer_file

PACKS = ("second-derivative", "backward-twice", "vector-control-flow", "own-control-flow", "plot-sin")
CHINESE = re.compile("[\u4e00-\u9fff]")
NAMES = {"en": "Ada Lovelace", "zh": "王小明"}
FINISHED = {"en": "5 of 5", "zh": "5"}


def sign_up(someone, service, login):
    page = someone.go("/sign-up")
    fields = {"code": service.code, "name": NAMES[someone.locale], "login": login, "password": "four plain words here"}
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form button").click()
    expect(page.locator("details.menu")).to_contain_text(NAMES[someone.locale])


def hand_in(someone, assignment, source):
    page = someone.go(assignment)
    someone.write(source)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/submissions/*")
    someone.await_result()


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_new_student_solves_every_exercise(open_browser, service, root, locale):
    someone = open_browser(
        locale, viewport=PHONE if locale == "zh" else None, color_scheme="dark" if locale == "zh" else "light"
    )
    sign_up(someone, service, f"new-{locale}")
    page = someone.go("/courses/autodiff")
    assignments = [link.get_attribute("href") for link in page.locator(".rows h3 a").all()]
    assert len(assignments) == len(PACKS)
    for pack, assignment in zip(PACKS, assignments, strict=True):
        hand_in(someone, assignment, answer_file(root, pack, "wrong"))
        said = page.locator(".check:not([data-verdict=passed]) .diagnosis").first
        expect(said).to_be_visible()
        assert bool(CHINESE.search(said.inner_text())) == (locale == "zh"), (pack, said.inner_text())
        expect(page.locator("#result progress.is-full")).to_have_count(0)

        hand_in(someone, assignment, answer_file(root, pack, "right"))
        expect(page.locator("#result progress.is-full")).to_be_visible()
        expect(page.locator(".check:not([data-verdict=passed])")).to_have_count(0)
    page = someone.go("/courses/autodiff")
    expect(page.locator("main progress.is-full")).to_be_visible()


def test_one_file_is_graded_for_a_whole_track(student, root):
    someone = student("en", "classmate")
    page = someone.go("/courses/autodiff/tracks/autodiff")
    page.locator("input[type=file]").set_input_files(root / "exercises/backward-twice/right/16_all_five_exercises.py")
    page.locator("[data-submit]").click()
    page.wait_for_url("**/batches/*")
    someone.await_result("done")

    expect(page.locator(".rows .badge[data-state=graded]")).to_have_count(len(PACKS))


def test_without_script_a_student_hands_in_and_sees_the_result(student, root):
    someone = student("zh", "classmate", java_script_enabled=False)
    page = someone.go("/courses/autodiff")
    page.locator(".rows h3 a").first.click()
    page.locator("textarea[name=source]").fill(answer_file(root, PACKS[0], "right"))
    page.locator("[data-submit]").click()
    someone.await_result()

    expect(page.locator("#result progress.is-full")).to_be_visible()


def test_where_no_events_come_through_the_page_asks_by_itself(student, root):
    someone = student("en", "classmate")
    someone.forgive("503")
    someone.context.route("**/events", lambda route: route.fulfill(status=503))
    page = someone.go("/courses/autodiff")
    hand_in(someone, page.locator(".rows h3 a").nth(1).get_attribute("href"), answer_file(root, PACKS[1], "right"))

    expect(page.locator("#result progress.is-full")).to_be_visible()
