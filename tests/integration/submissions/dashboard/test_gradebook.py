"""The gradebook: who is in it, in which order, what a cell leads to, and what other systems read in its files."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import event

from submissions.models.records import Override
from submissions.models.work import CheckRow, Standing, Submission
from submissions.store import accounts
from tests.support.web import make_site

EXERCISES = Path(__file__).parents[4] / "exercises"


@pytest.fixture
def site(tmp_path):
    made = make_site(tmp_path, packs=[EXERCISES])
    yield made
    made.close()


@pytest.fixture
def course(site):
    return site.course("autodiff")


@pytest.fixture
def teacher(site, course):
    return site.member("teacher", course, "instructor", locale="en")


@pytest.fixture
def tasks(site, course):
    return [site.assignment(course, pack, max_score=10.0) for pack in ("plot-sin", "backward-twice")]


def marked(site, user, assignment, score, *, late=0, override=False):
    """A graded submission that counts."""
    made = site.submission(user, assignment, state="graded", late_seconds=late)
    with site.db.write() as session:
        standing = session.get_one(Standing, (assignment.id, user.id))
        standing.score, standing.counted_submission_id = score, made.id
        session.get_one(Submission, made.id).score = score
        if override:
            session.add(Override(submission_id=made.id, points=score, reason="r", author_id=user.id))
    return made


@pytest.fixture
def students(site, course, tasks):
    """Ada 3 + 9, Bo 8 and late, Cy 5 by hand, Dee nothing."""
    people = {name: site.member(name, course, name=name.title()) for name in ("ada", "bo", "cy", "dee")}
    people["work"] = marked(site, people["ada"], tasks[0], 3.0)
    marked(site, people["ada"], tasks[1], 9.0)
    marked(site, people["bo"], tasks[0], 8.0, late=60)
    marked(site, people["cy"], tasks[1], 5.0, override=True)
    return people


def order(page):
    """The names in the rows of the page."""
    text = page.get_data(as_text=True)
    rows = [row for row in text.split("<tr>")[2:] if "<th" in row]
    return [name for row in rows for name in ("Ada", "Bo", "Cy", "Dee") if f">{name}<" in row]


def ask(site, teacher, **query):
    return site.browser(teacher).get("/courses/autodiff/gradebook", query_string=query)


def read(answer):
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize(("query", "names"), [
    ({}, ["Ada", "Bo", "Cy", "Dee"]),
    ({"sort": "1", "dir": "desc"}, ["Bo", "Ada", "Cy", "Dee"]),
    ({"sort": "2"}, ["Bo", "Dee", "Cy", "Ada"]),
    ({"q": "B"}, ["Bo"]),
    ({"show": "missing", "assignment": "1"}, ["Cy", "Dee"]),
    ({"show": "late", "assignment": "2"}, []),
    ({"sort": "999", "show": "x", "page": "-1", "assignment": "z"}, ["Ada", "Bo", "Cy", "Dee"]),
])  # fmt: skip
def test_students_come_as_asked_for(site, teacher, students, query, names):
    assert order(ask(site, teacher, **query)) == names


def test_a_cell_leads_to_the_submission_that_counts(site, teacher, students):
    assert f'href="/submissions/{students["work"].public_id}/staff"' in ask(site, teacher).get_data(as_text=True)


def test_who_left_or_teaches_is_not_in_it(site, course, teacher, students):
    accounts.leave(site.db, course.id, students["bo"].id, teacher.id)

    assert order(ask(site, teacher)) == ["Ada", "Cy", "Dee"]
    assert ">teacher<" not in ask(site, teacher).get_data(as_text=True)


def test_a_page_holds_fifty_and_asks_as_few_questions_as_one_with_three(site, course, teacher, students):
    def questions():
        asked = []
        event.listen(site.db.engine, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
        return asked

    browser = site.browser(teacher)
    asked = questions()
    browser.get("/courses/autodiff/gradebook")
    few = len(asked)
    for number in range(60):
        site.member(f"more{number:02}", course)
    asked.clear()
    page = browser.get("/courses/autodiff/gradebook")

    assert len(asked) == few
    assert page.get_data(as_text=True).count('<th scope="row">') == 50
    last = browser.get("/courses/autodiff/gradebook?page=99").get_data(as_text=True)
    assert last.count('<th scope="row">') == 14


def test_the_plain_file_holds_everybody_and_begins_with_the_mark_that_excel_needs(site, teacher, students):
    answer = site.browser(teacher).get("/courses/autodiff/gradebook/plain.csv")

    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    heads, *lines = read(answer)
    assert heads[:3] == ["Name", "Login", "Email"]
    assert [line[:2] + line[3:] for line in lines] == [
        ["Ada", "ada", "3", "9", "12"], ["Bo", "bo", "8", "", "8"],
        ["Cy", "cy", "", "5", "5"], ["Dee", "dee", "", "", ""],
    ]  # fmt: skip


def test_canvas_finds_its_columns_and_the_points_possible(site, teacher, students):
    heads, possible, *lines = read(site.browser(teacher).get("/courses/autodiff/gradebook/canvas.csv"))

    assert heads[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in possible[0]
    assert possible[5:] == ["10", "10"]
    assert lines[0] == ["Ada", "", "", "ada", "autodiff", "3", "9"]


def test_moodle_gets_a_dash_where_there_is_no_mark(site, teacher, students):
    heads, *lines = read(site.browser(teacher).get("/courses/autodiff/gradebook/moodle.csv"))

    assert heads[:3] == ["username", "idnumber", "email"]
    assert lines[1] == ["bo", "bo", "", "8", "-"]


def test_the_points_of_checks_are_those_that_a_person_gave_where_one_did(site, teacher, students, tasks):
    with site.db.write() as session:
        work = session.get_one(Submission, students["work"].id)
        work.published_grading_id = 1
        names = [check.name for check in site.service.packs.get("plot-sin").checks]
        for position, name in enumerate(names[:2]):
            row = {"name": name, "verdict": "failed", "points": 0.5, "max_points": 1.0}
            session.add(CheckRow(grading_id=1, position=position, **row))
        session.add(Override(submission_id=work.id, check_name=names[1], points=1.0, reason="r", author_id=1))
    heads, *lines = read(site.browser(teacher).get("/courses/autodiff/gradebook/checks.csv"))

    assert lines[0][:6] == ["Ada", "ada", "", "0.5", "1", ""]
    assert len(heads) == 3 + sum(len(site.service.packs.get(task.pack_id).checks) for task in tasks)


def test_a_name_never_becomes_a_formula(site, course, teacher, tasks):
    site.member("mallory", course, name='=HYPERLINK("http://x")')

    for form in ("plain", "checks", "canvas"):
        lines = read(site.browser(teacher).get(f"/courses/autodiff/gradebook/{form}.csv"))
        assert lines[-1][0].startswith("'=")


def test_two_assignments_with_one_pack_are_told_apart(site, course, teacher):
    for _ in range(2):
        site.assignment(course, "plot-sin")
    heads = read(site.browser(teacher).get("/courses/autodiff/gradebook/canvas.csv"))[0]

    assert len(set(heads)) == len(heads)
