"""A submission as its staff see it: what stands there, and what is said and decided there."""

import re
import shlex
from dataclasses import replace

import pytest

from grader.report import ReviewNote, StudentError
from submissions.dashboard.work.page import command
from submissions.models.records import AuditEntry, Comment, Override, RegradeRequest
from submissions.models.work import Grading, Submission
from submissions.store import courses, queue, records, results
from tests.support.portal_site import portal
from tests.support.queue_world import check, report

__all__ = ["portal"]

NOTE = ReviewNote("perhaps", {"en": "Looks like a difference quotient.", "zh": "像是差商。"}, None, None, 2, "y = 2")
SECRET = {"en": "SECRET words", "zh": "机密"}


def path(submission, part=""):
    return f"/submissions/{submission.public_id}/staff{part}"


def again(portal, row):
    with portal.db.read() as session:
        return session.get_one(type(row), row.id)


def every(portal, model):
    with portal.db.read() as session:
        return session.query(model).order_by(model.id).all()


@pytest.fixture
def teacher(portal):
    return portal.staff("instructor")


# ----------------------------------------------------------------------------------------------- the page


def test_staff_see_hidden_checks_with_their_words_the_students_line_and_what_is_put_up_for_review(portal):
    hidden = replace(check("h", "failed", visibility="hidden"), title=SECRET, feedback=SECRET)
    error = StudentError("ZeroDivisionError", "division by zero", None, 2, None, "y = 1/0", "Traceback")
    submission = portal.graded(check("a"), hidden, source="x = 1\ny = 1/0\n", errors=(error,), review=(NOTE,))
    page = portal.page(path(submission), portal.staff())
    assert page.count("SECRET words") >= 2
    assert re.search(r'class="line is-failing" id="L2"', page)
    assert "Looks like a difference quotient." in page
    assert 'href="#L2"' in page
    mine = portal.page(f"/submissions/{submission.public_id}")
    assert "SECRET" not in mine
    assert "difference quotient" not in mine


def test_a_rerun_is_one_command_that_a_shell_takes_as_it_is(portal):
    submission = portal.graded(check("a"), name="it's mine.py")
    page = portal.page(path(submission), portal.staff())
    seed = every(portal, Grading)[0].seed
    assert f"--seed {seed}" in page
    assert shlex.split(command("backward-twice", "it's $(rm).py", 7)) == [
        "grader", "grade", "backward-twice", "it's $(rm).py", "--seed", "7",
    ]  # fmt: skip
    assert command("p", "-h.py", 1) == "grader grade p ./-h.py --seed 1"


def test_the_score_is_explained_line_by_line(portal, teacher):
    submission = portal.graded(check("a", "failed", cap=1.0), check("b"), check("c"))
    page = portal.page(path(submission), teacher)
    assert "held at 1 by a failed check" in page
    results.override(portal.db, submission.id, portal.student.id, 4.0, "It was right", "a")
    page = portal.page(path(submission), teacher)
    assert "held at" not in page
    assert "It was right" in page


def test_a_submission_that_waits_or_failed_has_a_page_too(portal, teacher):
    submission = portal.hand_in("print('here')\n")
    page = portal.page(path(submission), teacher)
    assert "It is still being graded" in page
    assert "here" in page
    assert teacher.submit(path(submission, "/override"), check="", points="1", reason="x").status_code == 422
    claim = queue.claim(portal.db, "worker")
    assert queue.finish(portal.db, claim, report(status="broken_pack", fault="KeyError: 'x'"))
    page = portal.page(path(submission), teacher)
    assert "An exercise is broken" in page


def test_in_chinese_no_word_of_the_page_is_missing(portal, teacher):
    submission = portal.graded(check("a", "failed"), review=(NOTE,))
    page = portal.page(path(submission), teacher, **{"Accept-Language": "zh"})
    assert "像是差商" in page
    assert "供教师留意" in page


def test_attempts_are_listed_with_a_way_to_compare_them(portal, teacher):
    first, second = portal.graded(check("a", "failed")), portal.graded(check("a"))
    page = portal.page(path(second), teacher)
    assert f"/submissions/{first.public_id}/compare/{second.public_id}?view=split" in page


def test_nothing_that_a_student_wrote_steers_the_page(portal, teacher):
    evil = "<script>alert(1)</script>\u202e"
    error = StudentError(evil, evil, None, 1, None, evil, evil)
    submission = portal.graded(
        check("a", "failed"), source=f"x = '{evil}'\n", name="<img src=x>.py", stdout=evil, errors=(error,), fault=evil
    )
    records.request_regrade(portal.db, submission.id, portal.student.id, evil)
    page = portal.page(path(submission), teacher)
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# ------------------------------------------------------------------------------------------------ comments


def test_a_comment_is_markdown_that_the_student_reads_and_nothing_in_it_runs(portal):
    submission = portal.graded(check("a"), source="x = 1\ny = 2\n")
    body = "**Nice** <script>alert(1)</script> [x](javascript:alert(1)) ![i](https://evil/x.png)\n\n# Title"
    answer = portal.staff().submit(path(submission, "/comments"), body=body, line="2")
    assert answer.status_code == 303
    mine = portal.page(f"/submissions/{submission.public_id}")
    said = mine.split("line-note is-comment")[1].split("</div></div>")[0]
    assert "<strong>Nice</strong>" in said
    assert "&lt;script&gt;" in said
    assert not re.search(r"<(script|img|h1)|href=.javascript", said)
    (entry,) = [row for row in every(portal, AuditEntry) if row.action == "comment.add"]
    assert entry.after["line"] == 2


def test_a_comment_on_a_line_that_is_not_there_or_without_words_is_refused_and_kept(portal):
    submission = portal.graded(check("a"), source="x = 1\ny = 2\n")
    browser = portal.staff()
    for line, body in (("3", "x"), ("0", "x"), ("no", "x"), ("", " ")):
        answer = browser.submit(path(submission, "/comments"), body=body, line=line)
        assert answer.status_code == 422, line
        assert f'value="{line}"' in answer.get_data(as_text=True)
    assert every(portal, Comment) == []


def test_a_comment_of_another_submission_can_not_be_taken_back_from_here(portal):
    one, other = portal.graded(check("a")), portal.graded(check("a"))
    said = records.add_comment(portal.db, one.id, portal.student.id, "words")
    browser = portal.staff()
    browser.submit(path(other, "/comments/remove"), comment=str(said.id))
    assert again(portal, said).removed_at is None
    browser.submit(path(one, "/comments/remove"), comment=str(said.id))
    assert again(portal, said).removed_at is not None


# --------------------------------------------------------------------------------------------------- score


def test_an_override_counts_with_its_reason_and_can_be_revoked(portal, teacher):
    submission = portal.graded(check("a", "failed"), check("b"))
    teacher.submit(path(submission, "/override"), check="a", points="2,5", reason="Half right")
    assert again(portal, submission).score == 6.5
    assert "Half right" in portal.page(f"/submissions/{submission.public_id}")
    (row,) = every(portal, Override)
    teacher.submit(path(submission, "/override/revoke"), override=str(row.id))
    assert again(portal, submission).score == 4.0
    assert [row.action for row in every(portal, AuditEntry) if row.action.startswith("override")] == [
        "override.set",
        "override.revoke",
    ]


def test_points_outside_the_check_or_without_a_reason_change_nothing(portal, teacher):
    submission = portal.graded(check("a", "failed"), check("b"))
    for name, points, reason in (
        ("a", "5", "x"), ("a", "-1", "x"), ("a", "nan", "x"), ("", "9", "x"), ("a", "1", " "), ("none", "1", "x"),
    ):  # fmt: skip
        answer = teacher.submit(path(submission, "/override"), check=name, points=points, reason=reason)
        assert answer.status_code == 422, (name, points)
    assert every(portal, Override) == []


def test_an_override_of_another_submission_can_not_be_revoked_from_here(portal, teacher):
    one, other = portal.graded(check("a", "failed")), portal.graded(check("a"))
    row = results.override(portal.db, one.id, portal.student.id, 1.0, "x", "a")
    teacher.submit(path(other, "/override/revoke"), override=str(row.id))
    assert again(portal, row).revoked_at is None


# ---------------------------------------------------------------------------------------------- once more


def test_a_reopened_attempt_adds_to_what_was_granted_before_and_lets_the_student_in(portal, teacher):
    courses.change_assignment(portal.db, portal.assignment.id, None, attempt_limit=1)
    submission = portal.graded(check("a", "failed"))
    with pytest.raises(Exception, match="no_attempts_left"):
        portal.hand_in()
    for _ in range(2):
        teacher.submit(path(submission, "/reopen"), attempts="1", due="", reason="The network failed")
    granted = courses.extension(portal.db, portal.assignment.id, portal.student.id)
    assert granted.extra_attempts == 2
    portal.hand_in()
    due = teacher.submit(path(submission, "/reopen"), attempts="0", due="2031-01-02T03:04", reason="Ill")
    assert due.status_code == 303
    granted = courses.extension(portal.db, portal.assignment.id, portal.student.id)
    assert (granted.extra_attempts, granted.due_at.isoformat()) == (2, "2031-01-01T19:04:00+00:00")  # Shanghai


def test_a_reopening_that_says_nothing_or_no_reason_is_refused(portal, teacher):
    submission = portal.graded(check("a"))
    for attempts, due, reason in (
        ("0", "", "x"), ("1", "", ""), ("-1", "", "x"), ("1", "tomorrow", "x"), ("1", "0001-01-01T00:00", "x"),
    ):  # fmt: skip
        answer = teacher.submit(path(submission, "/reopen"), attempts=attempts, due=due, reason=reason)
        assert answer.status_code == 422, (attempts, due)
    assert courses.extension(portal.db, portal.assignment.id, portal.student.id) is None


def test_a_regrade_counts_only_once_an_instructor_lets_it(portal, teacher):
    submission = portal.graded(check("a", "failed"))
    teacher.submit(path(submission, "/regrade"))
    assert portal.site.rings
    portal.finish(check("a"))
    assert again(portal, submission).score == 0.0
    newest = every(portal, Grading)[-1]
    assert newest.seed == every(portal, Grading)[0].seed
    other = portal.graded(check("a"))
    teacher.submit(path(other, "/publish"), grading=str(newest.id))
    assert again(portal, submission).score == 0.0
    teacher.submit(path(submission, "/publish"), grading=str(newest.id))
    assert again(portal, submission).score == 4.0


def test_a_wish_is_accepted_into_the_queue_or_declined_with_words(portal, teacher):
    submission = portal.graded(check("a", "failed"))
    wish = records.request_regrade(portal.db, submission.id, portal.student.id, "Please look")
    silent = teacher.submit(path(submission, "/regrade-request"), wish=str(wish.id), decision="decline", answer="")
    assert silent.status_code == 422
    assert again(portal, wish).state == "open"
    teacher.submit(path(submission, "/regrade-request"), wish=str(wish.id), decision="accept", answer="Yes")
    assert again(portal, wish).state == "accepted"
    assert [row.reason for row in every(portal, Grading)] == ["submit", "regrade"]
    late = teacher.submit(path(submission, "/regrade-request"), wish=str(wish.id), decision="decline", answer="No")
    assert late.status_code == 303
    assert every(portal, RegradeRequest)[0].answer == "Yes"


# -------------------------------------------------------------------------------------------------- alerts


def test_an_alert_stands_until_an_instructor_of_the_course_has_seen_it(portal, teacher):
    submission = portal.hand_in()
    claim = queue.claim(portal.db, "worker")
    assert queue.finish(portal.db, claim, report(status="broken_pack", fault="KeyError: 'x'"))
    (alert,) = records.open_alerts(portal.db, portal.course.id)
    page = portal.page(f"/courses/{portal.course.slug}/alerts", teacher)
    assert path(again(portal, submission)) in page
    elsewhere = portal.site.course("elsewhere")
    foreigner = portal.site.browser(portal.site.member("foreigner", elsewhere, "instructor"))
    foreigner.submit("/courses/elsewhere/alerts", alert=str(alert.id))
    assert records.open_alerts(portal.db, portal.course.id)
    teacher.submit(f"/courses/{portal.course.slug}/alerts", alert=str(alert.id))
    assert records.open_alerts(portal.db, portal.course.id) == []


def test_an_assistant_sees_and_comments_and_decides_nothing(portal):
    submission = portal.graded(check("a", "failed"))
    assistant = portal.staff("assistant")
    page = portal.page(path(submission), assistant)
    assert "/staff/comments" in page
    for part in ("/override", "/reopen", "/regrade", "/publish", "/regrade-request"):
        assert f'action="{path(submission, part)}' not in page
        assert assistant.submit(path(submission, part)).status_code == 403
    assert again(portal, submission).score == 0.0
    assert len(every(portal, Submission)) == 1
