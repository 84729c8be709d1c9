"""Scores in their rows: published, overridden, late, best or last; and each explained by what it was made of."""

import pytest

from submissions.models.courses import Extension
from submissions.models.records import AuditEntry, Override
from submissions.store import courses, queue, records, results
from submissions.store.refused import Refused
from tests.support.queue_world import check, in_days, report, world


@pytest.fixture
def course(database):
    return world(database)


def failed(name="value"):
    return check(name, "failed")


def test_the_best_submission_counts_and_the_first_of_equals(course):
    user, assignment = course.student(), course.assignment()
    course.graded(user, assignment, failed())
    best = course.graded(user, assignment, check())
    course.graded(user, assignment, check())
    last = course.graded(user, assignment, failed())
    standing = course.standing(user, assignment)
    assert (standing.score, standing.counted_submission_id) == (4.0, best.id)
    assert (standing.submitted, standing.attempts, standing.last_submission_id) == (4, 4, last.id)
    assert standing.first_full_at == best.submitted_at


def test_the_last_submission_counts_where_the_rule_says_so_even_if_it_is_worse(course):
    user, assignment = course.student(), course.assignment(counts="last")
    course.graded(user, assignment, check())
    last = course.graded(user, assignment, failed())
    course.hand_in(user, assignment)
    standing = course.standing(user, assignment)
    assert (standing.score, standing.counted_submission_id) == (0.0, last.id)


def test_the_order_in_which_gradings_end_does_not_matter(course):
    user, assignment = course.student(), course.assignment(counts="last")
    first, second = course.hand_in(user, assignment), course.hand_in(user, assignment)
    one, two = (queue.claim(course.db, "w", per_user=2) for _ in range(2))
    assert queue.finish(course.db, two, report(check()))
    assert queue.finish(course.db, one, report(failed()))
    assert course.standing(user, assignment).counted_submission_id == second.id
    assert course.again(first).score == 0.0


def test_what_a_student_sees_before_the_results_open_does_not_tell_which_attempt_did_better_in_hiding(course):
    user, assignment = course.student(), course.assignment()
    hidden = {"visibility": "hidden", "max_points": 6.0}
    course.graded(user, assignment, check("a"), check("h", "failed", **hidden))
    course.graded(user, assignment, check("a", "failed"), check("h", **hidden))
    standing = course.standing(user, assignment)
    assert (standing.score, standing.shown_score, standing.shown_max) == (6.0, 4.0, 4.0)


def test_an_override_counts_is_explained_audited_and_can_be_taken_back(course):
    user, assignment = course.student(), course.assignment()
    submission = course.graded(user, assignment, check("a"), failed("b"))
    given = results.override(course.db, submission.id, course.instructor.id, 3.0, "right in words", "b")
    assert course.again(submission).score == course.standing(user, assignment).score == 7.0
    results.override(course.db, submission.id, course.instructor.id, 2.0, "less right", "b")
    assert course.again(submission).score == 6.0
    whole = results.override(course.db, submission.id, course.instructor.id, 8.0, "oral")
    assert course.again(submission).score == 8.0
    explained = results.explain(course.db, submission)
    assert {row.check_name: row.points for row in explained.overrides} == {"b": 2.0, "": 8.0}
    results.revoke_override(course.db, whole.id, course.instructor.id)
    results.revoke_override(course.db, whole.id, course.instructor.id)
    assert course.again(submission).score == 6.0
    rows = course.all(Override)
    assert [row.revoked_at is None for row in rows] == [False, True, False]
    assert rows[0].id == given.id
    trail = [(entry.action, entry.after["score"]) for entry in course.all(AuditEntry)]
    assert trail == [("override.set", 7.0), ("override.set", 6.0), ("override.set", 8.0), ("override.revoke", 6.0)]


def test_a_person_may_give_points_where_nothing_could_be_graded(course):
    user, assignment = course.student(), course.assignment(max_score=8.0)
    submission = course.hand_in(user, assignment)
    queue.finish(course.db, queue.claim(course.db, "w"), report(check("a", "broken"), status="broken_pack"))
    results.override(course.db, submission.id, course.instructor.id, 5.0, "by hand")
    found = course.again(submission)
    assert (found.state, found.score, found.max_score) == ("broken_pack", 5.0, 8.0)
    assert course.standing(user, assignment).score == 5.0


def test_overrides_outlive_a_regrade_of_the_checks_they_are_about(course):
    user, assignment = course.student(), course.assignment()
    submission = course.graded(user, assignment, failed("a"), failed("b"))
    results.override(course.db, submission.id, course.instructor.id, 4.0, "right", "b")
    regrade = queue.add_regrade(course.db, submission.id, course.instructor.id)
    queue.finish(course.db, queue.claim(course.db, "w"), report(check("a"), failed("b")))
    results.publish_regrade(course.db, regrade.id, course.instructor.id)
    assert course.again(submission).score == 8.0


def test_an_unfinished_or_unsuccessful_regrade_can_not_be_published(course):
    submission = course.graded(course.student(), course.assignment(), check())
    regrade = queue.add_regrade(course.db, submission.id, course.instructor.id)
    with pytest.raises(ValueError, match="no score"):
        results.publish_regrade(course.db, regrade.id, course.instructor.id)
    queue.finish(course.db, queue.claim(course.db, "w"), report(check("a", "broken"), status="broken_pack"))
    with pytest.raises(ValueError, match="no score"):
        results.publish_regrade(course.db, regrade.id, course.instructor.id)
    assert course.again(submission).score == 4.0


def test_an_extension_granted_afterwards_takes_the_lateness_back(course):
    rules = {"due_at": in_days(-1.5), "late_policy": "deduct", "late_percent": 25}
    user, other, assignment = course.student(), course.student(), course.assignment(**rules)
    late = [course.graded(one, assignment, check()) for one in (user, other)]
    assert [row.score for row in late] == [2.0, 2.0]
    granted = Extension(
        assignment_id=assignment.id, user_id=user.id, due_at=in_days(1), granted_by=course.instructor.id
    )
    courses.grant_extension(course.db, granted)
    assert [course.again(row).score for row in late] == [4.0, 2.0]
    assert course.standing(user, assignment).score == 4.0
    assert course.again(late[0]).late_seconds == 0
    courses.withdraw_extension(course.db, assignment.id, user.id, course.instructor.id)
    assert course.again(late[0]).score == course.standing(user, assignment).score == 2.0
    courses.change_assignment(course.db, assignment.id, course.instructor.id, late_percent=50.0)
    results.reapply_rules(course.db, assignment.id)
    assert [course.again(row).score for row in late] == [0.0, 0.0]


def test_hostile_text_in_a_report_is_stored(course):
    submission = course.hand_in(course.student(), course.assignment())
    claim = queue.claim(course.db, "w")
    figures = ({"series": [{"y": [float("nan"), 1.0]}]},)
    nasty = report(check(), stdout="a\0b\ud800<script>\x1b[31m", figures=figures)
    assert queue.finish(course.db, claim, nasty)
    kept = results.explain(course.db, submission).grading.report
    assert kept["stdout"].startswith("a\ufffdb\ufffd")
    assert kept["figures"][0]["series"][0]["y"] == [None, 1.0]


def test_wishes_for_a_regrade_are_one_at_a_time_and_decided_once(course):
    user = course.student()
    submission = course.graded(user, course.assignment(), failed())
    wish = records.request_regrade(course.db, submission.id, user.id, "please")
    with pytest.raises(Refused, match="already_requested"):
        records.request_regrade(course.db, submission.id, user.id, "please!")
    decided = records.decide_regrade(course.db, wish.id, course.instructor.id, accept=True, answer="ok")
    assert (decided.state, decided.decided_by) == ("accepted", course.instructor.id)
    with pytest.raises(Refused, match="already_decided"):
        records.decide_regrade(course.db, wish.id, course.instructor.id, accept=False)
    records.request_regrade(course.db, submission.id, user.id, "again")


def test_an_alert_is_open_until_an_instructor_has_seen_it(course):
    course.hand_in(course.student(), course.assignment())
    for _ in range(queue.MOST_LOST_LEASES):
        queue.fail(course.db, queue.claim(course.db, "w"), "boom")
    (alert,) = records.open_alerts(course.db, course.course.id)
    records.see_alert(course.db, alert.id, course.instructor.id)
    assert records.open_alerts(course.db, course.course.id) == []


def test_comments_keep_their_order_and_leave_when_taken_back(course):
    submission = course.graded(course.student(), course.assignment(), check())
    first = records.add_comment(course.db, submission.id, course.instructor.id, "good", line=3)
    records.add_comment(course.db, submission.id, course.instructor.id, "and short")
    records.remove_comment(course.db, first.id, course.instructor.id)
    assert [comment.body for comment in records.comments(course.db, submission.id)] == ["and short"]
    assert [entry.action for entry in course.all(AuditEntry)][-3:] == ["comment.add", "comment.add", "comment.remove"]
