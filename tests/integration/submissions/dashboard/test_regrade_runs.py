"""A run of regrades: what it takes, that nothing counts before somebody says so, and that it survives a kill."""

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import select

from submissions.models.records import AuditEntry
from submissions.models.regrades import RegradeItem, RegradeRun
from submissions.models.work import Grading, Submission
from submissions.store import queue, regrade_gathering, regrades, results
from submissions.store import regrade_reading as reading
from submissions.store.refused import Refused
from submissions.store.regrades import Selection
from tests.support.queue_world import check, report, world
from tests.support.waiting import eventually


@pytest.fixture
def course(database):
    return world(database)


@pytest.fixture
def assignment(course):
    return course.assignment()


def begin(course, assignment, attempts="latest", only="", subject=""):
    run = regrades.start(course.db, Selection(assignment.id, attempts, only, subject), course.instructor.id, "new pack")
    assert not regrades.carry_on(course.db, 30)
    return run


def grade_all(course, *checks, **facts):
    """Grade all that waits, each with these checks; the submissions in the order they were graded."""
    graded = []
    while (claim := queue.claim(course.db, "worker")) is not None:
        assert queue.finish(course.db, claim, report(*checks, **facts))
        graded.append(claim.submission_id)
    return graded


def row(course, run):
    return reading.run_of(course.db, course.course.id, run.id)


def items(course, run):
    with course.db.read() as session:
        return session.scalars(select(RegradeItem).where(RegradeItem.run_id == run.id)).all()


def published(course):
    with course.db.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == "grading.publish").order_by(AuditEntry.id)
        return session.scalars(query).all()


def taken(course, run):
    return [item.submission_id for item in items(course, run)]


def publish(course, run, which="all"):
    return regrades.begin_publishing(course.db, run.id, course.instructor.id, "as announced", which)


# ---------------------------------------------------------------------------------------------- what it takes


@pytest.mark.parametrize(("attempts", "expected"), [("latest", [2, 3]), ("best", [1, 3]), ("all", [1, 2, 3])])
def test_the_latest_the_counting_or_all_attempts_are_taken(course, assignment, attempts, expected):
    ann, bob = course.student(), course.student()
    course.graded(ann, assignment, check("a"))
    course.graded(ann, assignment, check("a", "failed"))
    course.graded(bob, assignment, check("a", "failed"))
    course.graded(ann, course.assignment(), check("a"))  # of another assignment

    assert taken(course, begin(course, assignment, attempts)) == expected


@pytest.mark.parametrize(("only", "subject", "expected"), [
    ("check", "b", [2]),
    ("diagnosis", "sign", [3]),
    ("version", "2", [4]),
    ("version", "dddddddd", [1, 2, 3]),
    ("submission", "3", [3]),
])  # fmt: skip
def test_only_those_with_the_failed_check_the_diagnosis_or_the_version_are_taken(
    course, assignment, only, subject, expected
):
    course.graded(course.student(), assignment, check("a"), check("b"))
    course.graded(course.student(), assignment, check("a"), check("b", "failed"))
    sign = report(check("a", "failed")).checks[0]
    course.hand_in(course.student(), assignment)
    claim = queue.claim(course.db, "worker")
    assert queue.finish(course.db, claim, report(type(sign)(**vars(sign) | {"diagnosis": "sign"})))
    course.hand_in(course.student(), assignment)
    claim = queue.claim(course.db, "worker")
    assert queue.finish(course.db, claim, report(check("b", "skipped"), pack_version="2", pack_digest="e" * 64))

    assert taken(course, begin(course, assignment, "all", only, subject)) == expected


def test_a_run_that_finds_nothing_is_over_at_once(course, assignment):
    run = begin(course, assignment)

    assert (row(course, run).phase, row(course, run).progress.total) == ("discarded", 0)
    assert begin(course, assignment).id != run.id


def test_a_second_run_of_an_assignment_waits_for_the_decision_about_the_first(course, assignment):
    course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)

    with pytest.raises(Refused, match="run_open"):
        begin(course, assignment)
    regrades.discard(course.db, run.id, course.instructor.id, "")
    begin(course, assignment)


def test_live_submissions_go_first_and_a_student_with_many_does_not_push_others_back(course, assignment):
    ann, bob = course.student(), course.student()
    anns = [course.graded(ann, assignment, check("a")).id for _ in range(3)]
    bobs = course.graded(bob, assignment, check("a")).id
    begin(course, assignment, "all")
    live = course.hand_in(course.student(), assignment).id

    order = grade_all(course, check("a"))

    assert order[0] == live
    assert order.index(bobs) < order.index(anns[1])


def test_each_is_graded_with_its_first_seed(course, assignment):
    course.graded(course.student(), assignment, check("a"), seed=77)
    begin(course, assignment)

    assert queue.claim(course.db, "worker").seed == 77


# ------------------------------------------------------------------------------------------------- dry run


def test_no_score_moves_before_publishing_not_even_one_that_was_missing(course, assignment):
    right = course.graded(course.student(), assignment, check("a"))
    course.hand_in(course.student(), assignment)
    claim = queue.claim(course.db, "worker")
    queue.finish(course.db, claim, report(status="broken_pack", fault="broken"))
    run = begin(course, assignment)
    grade_all(course, check("a", "failed"))

    assert course.again(right).score == 4.0
    missing = course.submissions()[1]
    assert (missing.state, missing.score) == ("broken_pack", None)
    assert row(course, run).phase == "ready"
    publish(course, run)
    regrades.carry_on(course.db)
    assert [one.score for one in course.submissions()] == [0.0, 0.0]
    assert [one.state for one in course.submissions()] == ["graded", "graded"]


def test_the_table_tells_scores_checks_versions_and_the_standing_before_and_after(course, assignment):
    student = course.student()
    first = course.graded(student, assignment, check("a"), check("b", "failed"))
    course.graded(student, assignment, check("a", "failed"), check("b", "failed"))
    run = begin(course, assignment, "all")
    grade_all(course, check("a", "failed"), check("b"), check("new"), pack_version="2", engine_version="3")

    one = reading.changes(course.db, row(course, run))[0]

    assert (one.item.submission_id, one.item.score_before, one.item.score_after) == (first.id, 4.0, 8.0)
    assert [(line["name"], line["before"], line["after"]) for line in one.item.checks] == [
        ("a", "passed", "failed"), ("b", "failed", "passed"), ("new", "", "passed"),
    ]  # fmt: skip
    assert (one.made_before.pack_version, one.made_after.pack_version, one.made_after.engine_version) == ("1", "2", "3")
    assert (one.standing_before, one.standing_after) == (4.0, 8.0)
    assert [(before.pack_version, after.pack_version, n) for before, after, n in reading.makers(course.db, run.id)] == [
        ("1", "2", 2)
    ]


def test_overrides_and_lateness_are_in_the_preview(course, assignment):
    submission = course.graded(course.student(), assignment, check("a"), check("b", "failed"))
    results.override(course.db, submission.id, course.instructor.id, 3.0, "partly right", "b")
    run = begin(course, assignment)
    grade_all(course, check("a"), check("b"))

    (item,) = items(course, run)

    assert (item.score_before, item.score_after) == (7.0, 7.0)
    assert item.differs  # the check's verdict is another, though nothing comes of it


def test_filters_leave_changes_and_losses_the_greatest_loss_first(course, assignment):
    losing = course.graded(course.student(), assignment, check("a"), check("b"))
    course.graded(course.student(), assignment, check("a"), check("b", "failed"))
    little = course.graded(course.student(), assignment, check("a"), check("b", points=1.0, verdict="partial"))
    run = begin(course, assignment)
    grade_all(course, check("a"), check("b", "failed"))
    found = row(course, run)

    shown = {show: [one.submission.id for one in reading.changes(course.db, found, show)] for show in reading.SHOWS}

    assert shown["losses"] == shown["changes"] == [losing.id, little.id]
    assert [reading.how_many(found.progress, show) for show in ("all", "changes", "losses")] == [3, 2, 2]


def test_what_can_not_be_graded_is_told_and_never_published(course, assignment):
    submission = course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)
    grade_all(course, status="broken_pack")

    assert row(course, run).progress.states == {"failed": 1}
    with pytest.raises(Refused, match="nothing_chosen"):
        publish(course, run)
    assert course.again(submission).score == 4.0
    assert course.alerts() == []  # ten thousand of one cause would hide everything else


def test_a_worker_that_is_lost_three_times_ends_the_item_and_not_the_submission(course, assignment):
    submission = course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)
    for _ in range(queue.MOST_LOST_LEASES):
        assert queue.claim(course.db, "worker")
        course.db.skew += 1000
        queue.requeue_expired(course.db)

    assert row(course, run).progress.states == {"failed": 1}
    assert (course.again(submission).state, course.again(submission).score) == ("graded", 4.0)


# ------------------------------------------------------------------------------------------------ deciding


def test_nothing_is_published_while_anything_waits(course, assignment):
    course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)

    with pytest.raises(Refused, match="not_ready"):
        publish(course, run)


def test_publishing_moves_the_scores_and_says_who_and_why(course, assignment):
    submission = course.graded(course.student(), assignment, check("a", "failed"))
    run = begin(course, assignment)
    grade_all(course, check("a"))
    publish(course, run)
    regrades.carry_on(course.db)

    (entry,) = published(course)
    assert (entry.actor_id, entry.reason, entry.subject) == (
        course.instructor.id, "as announced", f"submission:{submission.id}",
    )  # fmt: skip
    assert (entry.before["score"], entry.after["score"], entry.after["run"]) == (0.0, 4.0, run.id)
    assert course.again(submission).score == 4.0
    assert row(course, run).phase == "published"
    with pytest.raises(Refused, match="already_decided"):
        publish(course, run)


@pytest.mark.parametrize(("which", "scores"), [("gains", [8.0, 4.0]), ("second", [8.0, 4.0]), ("all", [4.0, 4.0])])
def test_a_part_can_be_published(course, assignment, which, scores):
    course.graded(course.student(), assignment, check("a"), check("b"))
    second = course.graded(course.student(), assignment, check("a", "failed"), check("b", "failed"))
    run = begin(course, assignment)
    grade_all(course, check("a"), check("b", "failed"))

    publish(course, run, [second.id, 10**15] if which == "second" else which)
    regrades.carry_on(course.db)

    assert [one.score for one in course.submissions()] == scores


def test_what_was_published_otherwise_in_the_meantime_is_left_alone(course, assignment):
    submission = course.graded(course.student(), assignment, check("a", "failed"))
    run = begin(course, assignment)
    grade_all(course, check("a"))
    other = queue.add_regrade(course.db, submission.id, course.instructor.id)
    grade_all(course, check("a", points=2.0, verdict="partial"))
    results.publish_regrade(course.db, other.id, course.instructor.id)

    publish(course, run)
    regrades.carry_on(course.db)

    assert course.again(submission).score == 2.0
    assert row(course, run).progress.states == {"superseded": 1}


def test_discarding_leaves_every_score(course, assignment):
    submission = course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)
    grade_all(course, check("a", "failed"))
    regrades.discard(course.db, run.id, course.instructor.id, "a mistake")

    assert row(course, run).phase == "discarded"
    assert course.again(submission).score == 4.0


def test_cancelling_takes_out_what_waits_and_what_runs_changes_nothing(course, assignment):
    for _ in range(3):
        course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)
    claim = queue.claim(course.db, "worker")

    regrades.discard(course.db, run.id, course.instructor.id, "")

    assert queue.waiting(course.db) == 0
    assert queue.finish(course.db, claim, report(check("a", "failed")))
    assert row(course, run).progress.states == {"cancelled": 3}
    assert [one.score for one in course.submissions()] == [4.0] * 3
    assert row(course, run).phase == "cancelled"


def test_a_regrade_of_one_submission_is_not_taken_away_by_a_run(course, assignment):
    submission = course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)
    own = queue.add_regrade(course.db, submission.id, course.instructor.id)
    regrades.discard(course.db, run.id, course.instructor.id, "")

    assert queue.claim(course.db, "worker").grading_id == own.id


# ---------------------------------------------------------------------------------------------- broken off


def test_gathering_that_was_broken_off_goes_on_and_takes_nobody_twice(course, assignment, monkeypatch):
    monkeypatch.setattr(regrade_gathering, "STUDENTS_AT_ONCE", 2)
    for _ in range(5):
        course.graded(course.student(), assignment, check("a"))
    run = regrades.start(course.db, Selection(assignment.id, "latest"), course.instructor.id, "r")
    regrades.step(course.db, run.id)
    assert len(items(course, run)) == 2

    assert not regrades.carry_on(course.db)

    assert len(items(course, run)) == len({item.submission_id for item in items(course, run)}) == 5


PUBLISHING = """
import sys, time
from submissions.db import Database
from submissions import models
from submissions.store import regrades
regrades.PUBLISHED_AT_ONCE = 2
db = Database(sys.argv[1])
publish = regrades.publish
def slowly(session, submission, grading):
    time.sleep(0.05)
    publish(session, submission, grading)
regrades.publish = slowly
regrades.carry_on(db, 60)
"""


def test_publishing_that_was_killed_goes_on_where_it_was_and_does_nothing_twice(course, assignment, database_url):
    for _ in range(12):
        course.graded(course.student(), assignment, check("a", "failed"))
    run = begin(course, assignment)
    grade_all(course, check("a"))
    publish(course, run)
    process = subprocess.Popen([sys.executable, "-c", PUBLISHING, database_url], start_new_session=True)
    try:
        eventually(lambda: 0 < len(published(course)) < 12)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    done = len(published(course))
    assert 0 < done < 12
    assert row(course, run).phase == "publishing"

    assert not regrades.carry_on(course.db, 30)

    assert sorted(entry.subject for entry in published(course)) == sorted(
        f"submission:{one.id}" for one in course.submissions()
    )
    assert [one.score for one in course.submissions()] == [4.0] * 12
    assert (row(course, run).phase, row(course, run).progress.states) == ("published", {"published": 12})


def test_nothing_of_a_run_is_left_over_when_its_gradings_are_counted(course, assignment):
    course.graded(course.student(), assignment, check("a"))
    run = begin(course, assignment)
    grade_all(course, check("a"))

    assert {one.reason for one in course.all(Grading)} == {"submit", "rerun"}
    assert [one.published_grading_id for one in course.all(Submission)] == [1]
    assert course.all(RegradeRun)[0].id == run.id
