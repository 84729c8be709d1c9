"""The pages of regrades: from the form to the published score, by role, in both languages."""

import re

import pytest

from submissions.models.records import RegradeRequest
from submissions.models.work import Submission
from submissions.store import records
from tests.support.portal_site import portal
from tests.support.queue_world import check

__all__ = ["portal"]
HOME = "/courses/ad/regrades"


@pytest.fixture
def teacher(portal):
    return portal.staff("instructor")


def begin(portal, teacher, **fields):
    sent = {"assignment": portal.assignment.id, "attempts": "latest", "only": "", "reason": "The check was wrong."}
    return teacher.submit(HOME, **sent | fields)


def score(portal, submission):
    with portal.db.read() as session:
        return session.get_one(Submission, submission.id).score


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_an_instructor_runs_looks_and_publishes(portal, teacher):
    submission = portal.graded(check("first-call", "failed"))
    answer = begin(portal, teacher)
    assert answer.status_code == 303
    run = answer.headers["Location"]
    assert "Graded: 0 of 1" in words(portal.page(run, teacher))
    portal.finish(check("first-call"), pack_version="2")

    page = words(portal.page(f"{run}?show=changes", teacher))
    assert "Ready to decide" in page
    assert "gains" in page
    assert "pack 1 (dddddddd), engine 1" in page
    assert "pack 2 (dddddddd), engine 1" in page
    assert score(portal, submission) == 0.0
    teacher.submit(f"{run}/publish", which="all")
    assert score(portal, submission) == 0.0  # not without a reason
    teacher.submit(f"{run}/publish", which="ticked", submission=str(submission.id), reason="announced")
    assert score(portal, submission) == 4.0
    assert "Published" in words(portal.page(run, teacher))


def test_the_file_holds_the_whole_table_and_no_formula(portal, teacher):
    portal.graded(check("first-call"))
    run = begin(portal, teacher).headers["Location"]
    portal.finish(check("first-call", "failed"))

    file = portal.page(f"{run}/changes.csv?show=losses", teacher)

    assert file.startswith("\ufeffStudent,")
    assert ",4.0,0.0,-4.0,4.0,0.0," in file


@pytest.mark.parametrize("fields", [
    {"assignment": "999"}, {"assignment": "x"}, {"attempts": "some"}, {"only": "check", "subject": " "},
    {"only": "submission", "subject": "1"}, {"reason": " "},
])  # fmt: skip
def test_a_form_that_is_not_in_order_begins_nothing(portal, teacher, fields):
    portal.graded(check("a"))

    assert begin(portal, teacher, **fields).status_code == 422
    assert "Nothing has been graded again yet." in portal.page(HOME, teacher)


def test_a_second_run_is_refused_with_words(portal, teacher):
    portal.graded(check("a"))
    begin(portal, teacher)

    answer = begin(portal, teacher)

    assert answer.status_code == 422
    assert "not decided yet" in answer.get_data(as_text=True)


def test_cancelling_leaves_the_score(portal, teacher):
    submission = portal.graded(check("a"))
    run = begin(portal, teacher).headers["Location"]
    teacher.submit(f"{run}/discard")

    assert "Cancelled" in words(portal.page(run, teacher))
    assert score(portal, submission) == 4.0


def test_a_run_of_another_course_is_not_found(portal, teacher):
    portal.graded(check("a"))
    run = begin(portal, teacher).headers["Location"].rsplit("/", 1)[1]
    other = portal.site.course("other")
    stranger = portal.site.browser(portal.site.member("stranger", other, "instructor"))

    for path in ("", "/panel", "/changes.csv"):
        assert stranger.get(f"/courses/other/regrades/{run}{path}").status_code == 404
    for path in ("publish", "discard", "continue"):
        assert stranger.submit(f"/courses/other/regrades/{run}/{path}", which="all", reason="r").status_code == 404


def test_requests_are_listed_with_a_link_and_declined_with_words(portal, teacher):
    submission = portal.graded(check("a"))
    wish = records.request_regrade(portal.db, submission.id, portal.student.id, "<b>please</b>")
    page = portal.page(HOME, teacher)
    assert f'href="/submissions/{submission.public_id}/staff"' in page
    assert "&lt;b&gt;please&lt;/b&gt;" in page
    path = f"/courses/ad/regrade-requests/{wish.id}"

    teacher.submit(path, decision="decline")
    assert "please" in portal.page(HOME, teacher)  # not without words
    teacher.submit(path, decision="decline", reason="It is right as it is.")

    assert "please" not in portal.page(HOME, teacher)
    with portal.db.read() as session:
        decided = session.get_one(RegradeRequest, wish.id)
    assert (decided.state, decided.answer) == ("declined", "It is right as it is.")


def test_an_accepted_request_is_graded_again_alone(portal, teacher):
    portal.graded(check("a"))
    submission = portal.graded(check("a"))
    wish = records.request_regrade(portal.db, submission.id, portal.student.id, "please")

    answer = teacher.submit(f"/courses/ad/regrade-requests/{wish.id}", decision="accept")

    assert "Graded: 0 of 1" in words(portal.page(answer.headers["Location"], teacher))
    with portal.db.read() as session:
        assert session.get_one(RegradeRequest, wish.id).state == "accepted"


def test_a_request_of_another_course_can_not_be_answered(portal):
    submission = portal.graded(check("a"))
    wish = records.request_regrade(portal.db, submission.id, portal.student.id, "please")
    other = portal.site.course("other")
    stranger = portal.site.browser(portal.site.member("stranger", other, "instructor"))

    assert stranger.submit(f"/courses/other/regrade-requests/{wish.id}", decision="accept").status_code == 404


def test_assistants_look_and_begin_nothing(portal, teacher):
    portal.graded(check("a"))
    run = begin(portal, teacher).headers["Location"]
    portal.finish(check("a", "failed"))
    assistant = portal.staff("assistant")

    assert "loses" in portal.page(run, assistant)
    assert '<form method="post" action="/courses' not in portal.page(run, assistant)
    assert begin(portal, assistant).status_code == 403
    assert assistant.submit(f"{run}/publish", which="all", reason="r").status_code == 403


def test_the_pages_speak_chinese(portal, teacher):
    portal.graded(check("a"))
    run = begin(portal, teacher).headers["Location"]
    portal.finish(check("a", "failed"))
    teacher.submit("/preferences", locale="zh")

    assert "重新评分" in portal.page(HOME, teacher)
    assert "等待决定" in portal.page(run, teacher)
