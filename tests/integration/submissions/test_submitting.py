"""Handing in: the rules hold, also for a student who sends many requests at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from submissions.models.courses import Extension
from submissions.models.work import Source, WrittenAnswer
from submissions.store import courses, queue, submitting
from submissions.store.submitting import Refused
from tests.support.queue_world import SOURCE, check, in_days, now, world


@pytest.fixture
def course(database):
    return world(database)


def refusal(course, user, assignment, **changes):
    with pytest.raises(Refused) as refused:
        course.hand_in(user, assignment, **changes)
    return refused.value.code


def test_one_transaction_keeps_the_file_the_answers_and_a_place_in_the_queue(course):
    user, assignment = course.student(), course.assignment()
    submission = course.hand_in(user, assignment, answers={"why": "因为"}, batch="b1")
    assert (submission.attempt, submission.state, submission.size) == (1, "queued", len(SOURCE))
    with course.db.read() as session:
        assert session.get_one(Source, submission.id).content == SOURCE
    assert [answer.text for answer in course.all(WrittenAnswer)] == ["因为"]
    (grading,) = course.gradings()
    assert (grading.submission_id, grading.state, grading.pack_id) == (submission.id, "queued", assignment.pack_id)


def test_attempts_sent_at_once_get_numbers_of_their_own_and_never_pass_the_limit(course):
    user, assignment = course.student(), course.assignment(attempt_limit=3)

    def attempt(_number):
        try:
            return course.hand_in(user, assignment).attempt
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(attempt, range(12)))
    assert sorted(o for o in outcomes if isinstance(o, int)) == [1, 2, 3]
    assert {o for o in outcomes if isinstance(o, str)} <= {"no_attempts_left", "too_many_waiting"}
    assert course.standing(user, assignment).attempts == 3


def test_the_cooldown_can_not_be_outrun_by_requests_at_once(course):
    user, assignment = course.student(), course.assignment(cooldown_seconds=600)

    def attempt(_number):
        try:
            return course.hand_in(user, assignment).attempt
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))
    assert sorted(map(str, outcomes)) == ["1"] + ["cooldown"] * 7
    course.db.skew = 601
    assert course.hand_in(user, assignment).attempt == 2


def test_a_repeated_request_is_the_same_submission_even_after_closing(course):
    user, assignment = course.student(), course.assignment(due_at=in_days(1), attempt_limit=1)
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda _: course.hand_in(user, assignment, request_key="k").id, range(6)))
    assert len(ids) == 1
    course.db.skew = 5 * 86400
    assert course.hand_in(user, assignment, request_key="k").id in ids
    assert refusal(course, user, course.assignment(), request_key="k") == "request_key_used"


def test_only_three_of_a_student_wait_in_an_assignment(course):
    user, assignment = course.student(), course.assignment()
    for _ in range(submitting.MOST_WAITING):
        course.hand_in(user, assignment)
    assert refusal(course, user, assignment) == "too_many_waiting"
    assert course.hand_in(user, course.assignment())
    queue.claim(course.db, "worker")
    assert course.hand_in(user, assignment).attempt == 4


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"opens_at": in_days(1)}, "not_open"),
        ({"due_at": in_days(-1)}, "closed"),
        ({"due_at": in_days(-3), "late_policy": "accept", "late_until": in_days(-1)}, "closed"),
        ({"attempt_limit": 0}, "no_attempts_left"),
        ({"removed_at": in_days(-1)}, "archived"),
    ],
)
def test_a_rule_that_stands_in_the_way_is_named_and_nothing_is_written(course, rules, code):
    user, assignment = course.student(), course.assignment(**rules)
    assert refusal(course, user, assignment) == code
    assert course.submissions() == course.gradings() == []
    allowed = submitting.allowance(course.db, user.id, assignment)
    assert (allowed.why_not, allowed.open) == (code, False)


def test_nothing_is_taken_in_an_archived_course(course):
    user, assignment = course.student(), course.assignment()
    courses.change_course(course.db, course.course.id, None, archived_at=now())
    assert refusal(course, user, assignment) == "archived"


@pytest.mark.parametrize(
    ("days_late", "factor"), [(-1, 1.0), (0.5, 0.9), (0.999, 0.9), (1.001, 0.8), (9.5, 0.0), (30, 0.0)]
)
def test_each_begun_day_late_costs_its_share(course, days_late, factor):
    rules = {"due_at": now() - timedelta(days=days_late), "late_policy": "deduct", "late_percent": 10.0}
    user, assignment = course.student(), course.assignment(**rules)
    expected = submitting.allowance(course.db, user.id, assignment).late_factor_now
    submission = course.graded(user, assignment, check(max_points=10.0))
    assert submission.late_factor == expected == pytest.approx(factor)
    assert submission.score == pytest.approx(10.0 * factor)


def test_an_extension_gives_time_and_attempts_and_moves_the_late_window(course):
    assignment = course.assignment(
        due_at=in_days(-2), late_policy="deduct", late_percent=20, late_until=in_days(-1), attempt_limit=1
    )
    user, other = course.student(), course.student()
    with course.db.write() as session:
        session.add(
            Extension(
                assignment_id=assignment.id, user_id=user.id, due_at=in_days(1), extra_attempts=1,
                granted_by=course.instructor.id,
            )
        )  # fmt: skip
    allowed = submitting.allowance(course.db, user.id, assignment)
    assert (allowed.attempts_left, allowed.late_factor_now, allowed.open) == (2, 1.0, True)
    assert abs((allowed.closes_at - in_days(2)).total_seconds()) < 60
    assert course.hand_in(user, assignment).late_factor == 1.0
    course.db.skew = 1.5 * 86400
    assert course.hand_in(user, assignment).late_factor == pytest.approx(0.8)
    assert refusal(course, user, assignment) == "no_attempts_left"
    assert refusal(course, other, assignment) == "closed"


def test_a_draft_is_kept_for_each_student_and_the_latest_wins(course):
    user, assignment = course.student(), course.assignment()
    assert submitting.draft(course.db, user.id, assignment.id) is None
    submitting.save_draft(course.db, user.id, assignment.id, "one", {"why": "a"})
    submitting.save_draft(course.db, user.id, assignment.id, "two", {"why": "b"})
    kept = submitting.draft(course.db, user.id, assignment.id)
    assert (kept.source, kept.answers) == ("two", {"why": "b"})
    assert submitting.draft(course.db, course.student().id, assignment.id) is None
