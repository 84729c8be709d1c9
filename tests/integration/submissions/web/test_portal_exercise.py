"""The page of an exercise: what is there before one submits, and that nothing one wrote is ever lost."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import update

from grader.packs import load_pack
from submissions.models.base import utc_now
from submissions.models.courses import Assignment
from submissions.models.work import Source, Submission
from submissions.store import courses
from tests.support.portal_site import EXERCISES, PACK, portal
from tests.support.queue_world import check
from tests.support.web import later

__all__ = ["portal"]

CODE = 'print("<b>mine</b>")\nx = 1'


def change(portal, **facts):
    courses.change_assignment(portal.db, portal.assignment.id, None, **facts)


def stored(portal):
    with portal.db.read() as session:
        return [(row.name, session.get_one(Source, row.id).content) for row in session.query(Submission)]


# ----------------------------------------------------------------------------------------------- the page


@pytest.mark.parametrize(("language", "words"), [("en", "What to hand in"), ("zh-CN", "提交内容")])
def test_the_statement_and_the_starter_are_there_in_the_readers_language(portal, language, words):
    page = portal.page(**{"Accept-Language": language})
    assert words in page
    assert "def backward_twice" in page


def test_the_limits_are_told_before_submitting(portal):
    change(portal, attempt_limit=3, due_at=later(days=3), late_policy="deduct", late_percent=10, cooldown_seconds=120)
    portal.graded(check())
    page = portal.page()
    for words in ("2 of 3 left", "in 3 days", "10% less for each day begun", "The best one counts", "about 2 min"):
        assert words in page, words


def test_what_an_instructor_marks_by_is_not_shown_to_students(portal):
    page = portal.page()
    rubric = [part["en"] for item in load_pack(EXERCISES / PACK).checks for part in item.rubric]
    assert rubric
    assert not any(part in page for part in rubric)
    assert 'name="answer-explanation"' in page


def test_an_exercise_that_is_not_open_shows_nothing_of_itself_but_to_staff(portal):
    change(portal, opens_at=later(days=2))
    page = portal.page()
    assert "Not open yet" in page
    assert "What to hand in" not in page
    assert portal.browser.get(f"{portal.address}/starter.py").status_code == 404
    assert "What to hand in" in portal.page(browser=portal.staff())


def test_a_pack_that_cannot_be_read_is_said_and_breaks_no_page(portal):
    with portal.db.write() as session:
        session.execute(update(Assignment).values(pack_id="no-such-pack"))
    assert "not in order" in portal.page()
    assert "no-such-pack" in portal.page("/courses/ad")
    assert portal.browser.get(f"{portal.address}/starter.py").status_code == 404


def test_the_starter_is_downloaded_and_not_displayed(portal):
    answer = portal.browser.get(f"{portal.address}/starter.py")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={PACK}.py"
    assert answer.get_data(as_text=True) == load_pack(EXERCISES / PACK).starter()


# --------------------------------------------------------------------------------------------- handing in


def test_code_is_stored_as_it_was_written_and_rings_the_bell(portal):
    answer = portal.browser.submit(portal.address, source=CODE.replace("\n", "\r\n"))
    assert answer.status_code == 303
    assert answer.location.startswith("/submissions/")
    assert stored(portal) == [(f"{PACK}.py", CODE.encode())]
    assert portal.site.rings


def test_a_chosen_file_comes_before_the_editors_text(portal):
    portal.browser.submit(portal.address, source=CODE, file=(io.BytesIO(b"y = 2\n"), "../mine.py"))
    assert stored(portal) == [("mine.py", b"y = 2\n")]


def test_a_form_that_is_sent_twice_is_one_submission(portal):
    first, second = (portal.browser.submit(portal.address, source=CODE, request_key="k") for _ in range(2))
    assert first.location == second.location
    assert len(stored(portal)) == 1


def test_written_answers_are_kept_with_the_submission(portal):
    words = {"source": CODE, "answer-explanation": "Freed <i>buffers</i>.", "answer-unasked": "Nothing asked"}
    answer = portal.browser.submit(portal.address, **words)
    portal.finish(check())
    page = portal.page(answer.location)
    assert "Freed &lt;i&gt;buffers&lt;/i&gt;." in page
    assert "Nothing asked" not in page


REFUSALS = {
    "cooldown": ({"cooldown_seconds": 3600}, "There is a pause between two attempts"),
    "attempts": ({"attempt_limit": 1}, "All your attempts are used (1)"),
    "closed": ({"due_at": utc_now() - timedelta(days=1)}, "nothing is taken any more"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_submission_says_why_and_keeps_the_code_in_the_form(portal, name):
    portal.graded(check())
    rule, words = REFUSALS[name]
    change(portal, **rule)
    answer = portal.browser.submit(portal.address, **{"source": CODE, "answer-explanation": "My words"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "print(&#34;&lt;b&gt;mine&lt;/b&gt;&#34;)\nx = 1</textarea>" in page
    assert "My words" in page
    assert len(stored(portal)) == 1


def test_a_refusal_names_the_moment_in_the_courses_time_zone(portal):
    closed = utc_now() - timedelta(days=1)
    change(portal, due_at=closed)
    page = portal.browser.submit(portal.address, source=CODE).get_data(as_text=True)
    assert f"{closed + timedelta(hours=8):%H:%M}; nothing is taken" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"source": " \n"}, "There is nothing to hand in yet"),
        ({"file": (io.BytesIO(b"{"), "a.ipynb")}, "not one: it is not JSON"),
        ({"file": (io.BytesIO(b"\x00"), "a.py")}, "contains a NUL byte"),
        ({"file": (io.BytesIO(b"#" * 1_000_001), "a.py")}, "larger than 1000 kB"),
    ],
    ids=["empty", "no notebook", "binary", "large"],
)
def test_what_cannot_be_graded_is_refused_with_its_reason_and_costs_nothing(portal, fields, words):
    answer = portal.browser.submit(portal.address, **fields)
    answer.request.input_stream.close()  # the client keeps a large upload in a file
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert stored(portal) == []


# ------------------------------------------------------------------------------------------------- drafts


def save(portal, record):
    return portal.browser.send("PUT", f"{portal.address}/draft", json=record)


def test_a_draft_comes_back_until_something_newer_is_handed_in(portal):
    saved = save(portal, {"source": "draft = 1", "answers": {"explanation": "draft words"}})
    assert saved.get_json()["saved_at"]
    page = portal.page()
    assert "draft = 1</textarea>" in page
    assert "draft words" in page
    portal.graded(check(), source="handed_in = 2")
    assert "handed_in = 2</textarea>" in portal.page()
    save(portal, {"source": "draft = 3", "answers": {}})
    assert "draft = 3</textarea>" in portal.page()


@pytest.mark.parametrize(
    "record", [None, [], {"source": 3}, {"source": "x" * 1_000_001}, {"source": "", "answers": 3}], ids=repr
)
def test_a_draft_that_is_none_is_refused(portal, record):
    assert save(portal, record).status_code == 400


def test_a_draft_with_characters_that_no_database_takes_is_kept_without_them(portal):
    assert save(portal, {"source": "a\0b\ud800", "answers": {}}).status_code == 200
    assert "a\ufffdb?</textarea>" in portal.page()


def test_a_draft_is_its_authors_alone(portal):
    save(portal, {"source": "my_secret = 1", "answers": {}})
    other = portal.site.browser(portal.site.member("other", portal.course))
    assert "my_secret" not in portal.page(browser=other)


# ----------------------------------------------------------------------------------- courses and attempts


def test_the_course_page_tells_due_dates_in_its_zone_states_and_scores(portal):
    due = later(days=2)
    change(portal, due_at=due)
    portal.graded(check(points=3.0, verdict="failed"), check("other", max_points=6.0))
    page = portal.page("/courses/ad")
    assert f"{due + timedelta(hours=8):%H:%M}" in page
    assert "in 2 days" in page
    assert "9 / 10" in page
    assert "attempts used: 1" in page


def test_who_is_in_no_course_is_told_how_to_join_one(portal):
    page = portal.page("/", portal.site.browser(portal.site.person("nobody")))
    assert "You are in no course yet" in page
    assert 'href="/join"' in page


def test_a_course_without_exercises_says_so(portal):
    empty = portal.site.course("empty")
    page = portal.page("/courses/empty", portal.site.browser(portal.site.member("new", empty)))
    assert "No exercises yet" in page


def test_the_history_pages_through_all_attempts(portal):
    for _ in range(35):
        portal.graded(check())
    first = portal.page(f"{portal.address}/history")
    assert "Attempt 35" in first
    assert "Attempt 6<" in first
    assert "Attempt 5<" not in first
    assert "Attempt 5<" in portal.page(f"{portal.address}/history?before=6")


# ------------------------------------------------------------------------------------------------- tracks


def test_one_file_is_handed_in_for_every_open_exercise_of_a_track(portal):
    change(portal, track="t")
    open_one = portal.site.assignment(portal.course, "plot-sin", track="t")
    portal.site.assignment(portal.course, "second-derivative", track="t", opens_at=later(days=1))
    assert "Takes no submission" in portal.page("/courses/ad/tracks/t")
    answer = portal.browser.submit("/courses/ad/tracks/t", file=(io.BytesIO(b"x = 1\n"), "all.py"))
    assert answer.location.startswith("/batches/")
    with portal.db.read() as session:
        taken = {row.assignment_id for row in session.query(Submission)}
    assert taken == {portal.assignment.id, open_one.id}
    page = portal.page(answer.location)
    assert "Not handed in for “Why the second derivative costs more”" in page
    assert page.count('data-state="queued"') == 2
    assert portal.page(f"{answer.location}/panel").lstrip().startswith('<div id="result"')


def test_a_track_needs_a_file_and_must_exist(portal):
    change(portal, track="t")
    assert portal.browser.submit("/courses/ad/tracks/t").status_code == 422
    assert portal.browser.get("/courses/ad/tracks/none").status_code == 404
