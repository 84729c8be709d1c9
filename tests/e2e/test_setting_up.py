"""A course set up in a browser, and its gradebook: by keyboard, without the script, on a phone, in both languages."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from submissions.models.work import Standing
from tests.support.browser import PHONE, WIDE, reader
from tests.support.node_packages import sources_with_packages
from tests.support.web import PASSWORD, make_site

EXERCISES = Path(__file__).parents[2] / "exercises"
COURSE = "/courses/autodiff"
PLACE = "[document.activeElement.closest('tr').rowIndex, document.activeElement.closest('td, th').cellIndex]"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A course of two students and two assignments; the second student has handed in nothing for the second."""
    made = make_site(tmp_path_factory.mktemp("site"), packs=[EXERCISES])
    course = made.course("autodiff", timezone="Asia/Shanghai")
    made.member("teacher", course, "instructor")
    made.person("admin", admin=True)
    tasks = [made.assignment(course, pack) for pack in ("plot-sin", "backward-twice")]
    for login, count in (("ada", 2), ("bo", 1)):
        user = made.member(login, course)
        for task in tasks[:count]:
            work = made.submission(user, task, state="graded", late_seconds=60)
            with made.db.write() as session:
                standing = session.get_one(Standing, (task.id, user.id))
                standing.score, standing.counted_submission_id = 7.0, work.id
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(site):
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture(scope="module")
def axe(root, tmp_path_factory):
    packages = sources_with_packages(root, tmp_path_factory.mktemp("axe")) / "node_modules"
    return (packages / "axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_arrow_keys_go_from_mark_to_mark(browser, address):
    with reader(browser, address, "en") as someone:
        someone.sign_in("teacher", PASSWORD)
        page = someone.go(f"{COURSE}/gradebook")
        expect(page.locator("[data-keys-switch]")).to_be_visible()
        page.locator("tbody td a").first.focus()
        for key, place in (
            ("ArrowDown", [2, 3]), ("ArrowRight", [2, 3]), ("ArrowUp", [1, 3]), ("End", [1, 4]), ("ArrowUp", [0, 4]),
            ("Home", [0, 0]),
        ):  # fmt: skip
            page.keyboard.press(key)
            assert page.evaluate(PLACE) == place, key
        page.keyboard.press("/")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.type("bo")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.slow
def test_a_new_student_comes_in_by_a_list_without_the_script(browser, address):
    with reader(browser, address, "zh", java_script_enabled=False) as someone:
        someone.sign_in("teacher", PASSWORD)
        page = someone.go(f"{COURSE}/setup/roster/import")
        page.locator("#words").fill("学号,姓名\n20270001,李华\n")
        page.locator("main form .button-primary").click()
        page.locator("main form .button-primary").click()
        link = page.locator("td.mono").inner_text()
    with reader(browser, address, "zh", java_script_enabled=False) as student:
        page = student.page
        page.goto(link)
        for name in ("password", "again"):
            page.locator(f"[name={name}]").fill(PASSWORD)
        page.locator("main form button").click()
        page.locator("[name=login]").fill("20270001")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button").click()
        expect(page).to_have_url(address + COURSE)


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "window"), [("en", PHONE), ("zh", WIDE)])
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(browser, address, axe, locale, window):
    pages = ("gradebook", "setup", "setup/copy", "setup/assignments/new", "setup/assignments/1", "setup/roster",
             "setup/roster/import")  # fmt: skip
    with reader(browser, address, locale, viewport=window) as someone:
        someone.sign_in("admin", PASSWORD)
        for path in (*(f"{COURSE}/{page}" for page in pages), "/courses/new"):
            page = someone.go(path)
            page.evaluate(axe)
            for theme in ("light", "dark"):
                page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
                found = page.evaluate("axe.run().then(found => found.violations.map(one => one.id))")
                assert not found, (path, theme)
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
