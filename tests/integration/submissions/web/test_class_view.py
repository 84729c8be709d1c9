"""The view of a class: what it counts, whom it names, and what it never shows."""

import csv
import io
import re
from dataclasses import replace

import pytest
from sqlalchemy import event

from submissions.store import class_view as store
from submissions.store import queue
from tests.support.portal_site import Portal, portal
from tests.support.queue_world import check, report

CODE = "graph-rebuilt"
CHECK = "second_pass_fails"


def wrong(name=CHECK, code=CODE, **facts):
    return replace(check(name, "failed", **facts), diagnosis=code)


__all__ = ["portal"]


@pytest.fixture
def room(request):
    """A class of three with a mistake: Ann is stuck, Bob got over it, Cy has handed in nothing."""
    return Room(request.getfixturevalue("portal"))


class Room:
    def __init__(self, site: Portal):
        self.portal, self.site, self.db = site, site.site, site.db
        self.assignment = site.assignment
        self.ann = self.site.member("ann", site.course, name="Ann Otherwise")
        self.bob = self.site.member("bob", site.course, name="王小明")
        for source in ("# Ann Otherwise\nx = 'Ann Otherwise 20230001'\nraise KeyError(ann_x)\n",) * 3:
            self.graded(self.ann, wrong(), source=source)
        self.graded(self.bob, wrong())
        self.graded(self.bob, check(CHECK))
        self.staff = site.staff()
        self.home = f"/courses/{site.course.slug}/staff"
        self.address = f"{self.home}/assignments/{self.assignment.id}"

    def graded(self, who, *checks, source="x = 1\n"):
        self.portal.student = who
        submission = self.portal.hand_in(source)
        assert queue.finish(self.db, queue.claim(self.db, "w"), report(*checks))
        return submission

    def page(self, address="", **headers):
        return self.portal.page(self.address + address, self.staff, **headers)

    def rows(self, address):
        answer = self.staff.get(self.address + address)
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_course_page_names_each_assignment_with_its_numbers_and_commonest_mistake(room):
    page = room.portal.page(room.home, room.staff)

    assert "2 of 3" in page
    assert room.address + "/mistakes/" + CODE in page


def test_the_assignment_page_tells_who_is_stuck_and_through_what(room):
    page = room.page()
    stuck = page[page.index('id="stuck"') : page.index('id="mistakes"')]

    assert "Ann Otherwise" in stuck
    assert "王小明" not in stuck
    assert page.count('role="img"') == 3


def test_somebody_who_gets_over_it_is_not_stuck_any_more(room):
    room.graded(room.ann, check(CHECK))

    assert store.stuck(room.db, room.assignment.id) == []
    assert "Nobody is stuck." in room.page()


def test_the_mistake_page_tells_with_whom_it_is_open_and_what_it_took_the_others(room):
    page = room.page(f"/mistakes/{CODE}")
    ann, bob = page.index("Ann Otherwise"), page.index("王小明")

    assert ann < bob
    assert "overcome" in page[bob:]
    (row,) = [row for row in room.rows(f"/mistakes/{CODE}.csv") if row["User name"] == "bob"]
    assert (row["Times"], row["Attempts it took"]) == ("1", "1")


def test_the_typical_code_does_not_tell_who_wrote_it(room):
    page = room.page(f"/mistakes/{CODE}")
    code = page[page.index('id="code"') : page.index('id="students"')]

    assert "raise" in code
    assert not any(word in code for word in ("Ann", "Otherwise", "20230001"))


def test_the_check_page_names_who_has_not_passed_it(room):
    page = room.page(f"/checks/{CHECK}")

    assert "Ann Otherwise" in page
    assert "王小明" not in page
    assert len(room.rows(f"/checks/{CHECK}.csv")) == 2


@pytest.mark.parametrize(("table", "count"), [
    ("scores", 11), ("attempts", 10), ("activity", 1), ("mistakes", 1), ("stuck", 1),
])  # fmt: skip
def test_every_table_is_a_file_too(room, table, count):
    assert len(room.rows(f"/{table}.csv")) == count


def test_the_rates_of_a_check_are_those_of_first_and_latest_attempts(room):
    row = next(row for row in room.rows("/checks.csv") if row["Check id"] == CHECK)

    assert (row["Passed first"], row["Graded first"]) == ("0", "2")
    assert (row["Passed latest"], row["Graded latest"]) == ("1", "2")


@pytest.mark.parametrize("address", ["/checks/no_such_check", "/mistakes/no-such-code", "/nothing.csv"])
def test_what_there_is_not_is_not_found(room, address):
    assert room.staff.get(room.address + address).status_code == 404


def test_every_page_is_in_chinese_too(room):
    room.staff.submit("/preferences", locale="zh")
    pages = [room.portal.page(room.home, room.staff), room.page(), room.page(f"/mistakes/{CODE}")]

    assert all("班级概览" in page for page in pages)
    assert "谁卡住了" in pages[1]
    assert "典型代码" in pages[2]


def test_a_name_that_is_markup_or_a_formula_stays_words(room):
    eve = room.site.member("eve", room.portal.course, name="=1+<script>")
    for _ in range(3):
        room.graded(eve, wrong())

    assert "<script>" not in room.page().replace('<script type="', "")
    assert "'=1+<script>" in {row["Name"] for row in room.rows("/stuck.csv")}


def test_a_page_of_a_class_takes_few_statements_however_many_there_are(room):
    statements = []
    event.listen(room.db.engine, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
    room.page()
    before = len(statements)
    for number in range(4):
        room.graded(room.site.member(f"more{number}", room.portal.course), wrong())
    statements.clear()
    room.page()

    assert len(statements) == before


def areas(page):
    """The addresses in the way between the areas of a course."""
    nav = page[page.index('<nav class="subnav"') :]
    return re.findall(r'href="([^"]+)"', nav[: nav.index("</nav>")])


def test_the_way_between_areas_leads_only_where_one_may_go(room):
    slug = room.portal.course.slug
    instructor = room.portal.staff("instructor")

    for browser in (room.staff, instructor):
        for address in areas(room.portal.page(room.home, browser)):
            assert browser.get(address).status_code == 200, address
    assert f"/courses/{slug}/setup" in areas(room.portal.page(room.home, instructor))
    assert f"/courses/{slug}/setup" not in areas(room.portal.page(room.home, room.staff))


def test_the_course_leads_its_staff_to_the_class_and_nobody_else(room):
    course = f"/courses/{room.portal.course.slug}"
    student = room.site.browser(room.ann)

    assert f'href="{room.home}"' in room.portal.page(course, room.staff)
    assert room.home not in room.portal.page(course, student)
