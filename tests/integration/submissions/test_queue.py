"""The queue: one right at a time, nothing lost, nothing twice, nobody pushed aside."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from submissions.models.work import CheckRow, QueuePlace
from submissions.store import queue, results
from tests.support.queue_world import check, report, world
from tests.support.waiting import eventually


@pytest.fixture
def course(database):
    return world(database)


def claims(course, number, **options):
    return [queue.claim(course.db, "worker", **options) for _ in range(number)]


def lose(course, claim):
    """Let a claim's lease run out and be noticed."""
    course.db.skew += 1000
    assert queue.requeue_expired(course.db) == 1


def test_an_empty_queue_gives_no_claim(course):
    assert queue.claim(course.db, "worker") is None
    assert queue.waiting(course.db) == 0
    assert queue.requeue_expired(course.db) == 0


def test_a_claim_carries_all_that_grading_needs(course):
    user, assignment = course.student(), course.assignment()
    submission = course.hand_in(user, assignment, content=b"code", answers={"why": "so"}, seed=77)
    claim = queue.claim(course.db, "w1")
    assert (claim.content, claim.answers, claim.seed, claim.fence) == (b"code", {"why": "so"}, 77, 1)
    assert (claim.public_id, claim.pack_id, claim.reason) == (submission.public_id, assignment.pack_id, "submit")
    assert course.again(submission).state == "running"
    assert queue.waiting(course.db) == 0


def test_a_result_is_written_with_its_pack_seed_versions_and_checks(course):
    submission = course.graded(course.student(), course.assignment(), check("a"), check("b", "failed"))
    (grading,) = course.gradings()
    assert (submission.state, submission.score, submission.max_score) == ("graded", 4.0, 8.0)
    assert (grading.state, grading.status, grading.pack_digest) == ("done", "graded", "d" * 64)
    assert (grading.pack_version, grading.engine_version, grading.torch_version) == ("1", "1", "2")
    assert submission.published_grading_id == grading.id
    with course.db.read() as session:
        rows = session.query(CheckRow).order_by(CheckRow.position).all()
    assert [(row.name, row.verdict, row.points) for row in rows] == [("a", "passed", 4.0), ("b", "failed", 0.0)]
    assert queue.typical_seconds(course.db, grading.pack_id) < 5


def test_the_fence_refuses_whoever_lost_the_lease(course):
    submission = course.hand_in(course.student(), course.assignment())
    old = queue.claim(course.db, "frozen", lease_seconds=10)
    lose(course, old)
    new = queue.claim(course.db, "second")
    assert new.fence == old.fence + 1
    assert not queue.finish(course.db, old, report(check("x", "failed")))
    assert not queue.beat(course.db, old)
    assert not queue.give_back(course.db, old)
    assert not queue.fail(course.db, old, "late")
    assert queue.finish(course.db, new, report(check("x")))
    assert not queue.finish(course.db, new, report(check("x", "failed")))
    assert course.again(submission).score == 4.0


def test_a_heartbeat_keeps_the_lease(course):
    course.hand_in(course.student(), course.assignment())
    claim = queue.claim(course.db, "worker", lease_seconds=10)
    for _ in range(5):
        course.db.skew += 8
        assert queue.beat(course.db, claim, lease_seconds=10)
        assert queue.requeue_expired(course.db) == 0
    course.db.skew += 11
    assert queue.requeue_expired(course.db) == 1


def test_three_lost_leases_end_as_our_fault_at_no_cost_and_the_instructors_are_told(course):
    user, assignment = course.student(), course.assignment(attempt_limit=1)
    submission = course.hand_in(user, assignment)
    for lost in range(queue.MOST_LOST_LEASES):
        assert course.again(submission).state == "queued"
        assert course.standing(user, assignment).attempts == 1
        lose(course, queue.claim(course.db, f"worker{lost}"))
    assert course.again(submission).state == "system_error"
    assert course.standing(user, assignment).attempts == 0
    assert queue.claim(course.db, "worker") is None
    (alert,) = course.alerts()
    assert (alert.kind, alert.course_id) == ("system_error", course.course.id)
    assert course.hand_in(user, assignment).attempt == 2


def test_an_internal_error_is_a_lost_lease(course):
    submission = course.hand_in(course.student(), course.assignment())
    for _ in range(queue.MOST_LOST_LEASES):
        claim = queue.claim(course.db, "worker")
        assert queue.finish(course.db, claim, report(status="internal_error", fault="torch is gone"))
    assert course.again(submission).state == "system_error"
    assert [alert.detail for alert in course.alerts()] == ["torch is gone"]


@pytest.mark.parametrize("status", ["rejected", "broken_pack"])
def test_what_was_not_graded_costs_no_attempt_and_no_points(course, status):
    user, assignment = course.student(), course.assignment(attempt_limit=1)
    submission = course.hand_in(user, assignment)
    claim = queue.claim(course.db, "worker")
    assert queue.finish(course.db, claim, report(check("x", "broken"), status=status, fault="check x is broken"))
    found = course.again(submission)
    assert (found.state, found.score) == (status, None)
    assert course.standing(user, assignment).attempts == 0
    assert [alert.kind for alert in course.alerts()] == (["broken_pack"] if status == "broken_pack" else [])


def test_a_claim_given_back_costs_nothing_and_keeps_its_place(course):
    first = course.hand_in(course.student(), course.assignment())
    course.hand_in(course.student(), course.assignment())
    for _ in range(queue.MOST_LOST_LEASES + 2):
        claim = queue.claim(course.db, "worker")
        assert claim.submission_id == first.id
        assert queue.give_back(course.db, claim)
        assert course.again(first).state == "queued"
    assert course.gradings()[0].lost_leases == 0


def test_a_flood_of_one_student_does_not_delay_another(course):
    flooder, others = course.student(), [course.student() for _ in range(10)]
    for _ in range(40):
        course.hand_in(flooder, course.assignment())
    for _ in range(3):  # the flood is being worked on
        queue.finish(course.db, queue.claim(course.db, "worker"), report(check()))
    assignment = course.assignment()
    theirs = [course.hand_in(user, assignment) for user in others]
    last = next(grading for grading in course.gradings() if grading.submission_id == theirs[-1].id)
    assert queue.place(course.db, last.id) <= 11
    started = [queue.claim(course.db, "worker", per_user=300).user_id for _ in range(12)]
    assert set(started) >= {user.id for user in others}


def test_students_who_send_much_take_turns(course):
    one, two = course.student(), course.student()
    for user in (one, two):
        for _ in range(5):
            course.hand_in(user, course.assignment())
    order = [claim.user_id for claim in claims(course, 10, per_user=10)]
    assert all({order[i], order[i + 1]} == {one.id, two.id} for i in range(0, 10, 2))


def test_a_student_who_was_away_has_no_credit_for_it(course):
    one, two = course.student(), course.student()
    for _ in range(20):
        course.graded(one, course.assignment(), check())
    for user in (two, one):
        for _ in range(3):
            course.hand_in(user, course.assignment())
    order = [claim.user_id for claim in claims(course, 6, per_user=10)]
    assert one.id in order[:3]
    assert two.id in order[:3]


def test_tags_of_submissions_sent_at_once_are_all_different(course):
    user = course.student()
    assignments = [course.assignment() for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda assignment: course.hand_in(user, assignment), assignments))
    assert len({grading.fair_tag for grading in course.gradings()}) == 12
    with course.db.read() as session:
        assert session.query(QueuePlace).one().last_tag == max(grading.fair_tag for grading in course.gradings())


@pytest.mark.parametrize("limit", [1, 2])
def test_the_running_limit_of_a_student_is_exact_under_many_workers(course, limit):
    students = [course.student() for _ in range(3)]
    for user in students:
        for _ in range(8):
            course.hand_in(user, course.assignment())
    running, most, guard, done = {}, {}, threading.Lock(), []

    def work(name):
        idle = 0
        while idle < 20:
            claim = queue.claim(course.db, name, per_user=limit)
            if claim is None:
                idle += 1
                time.sleep(0.005)
                continue
            idle = 0
            with guard:
                running[claim.user_id] = running.get(claim.user_id, 0) + 1
                most[claim.user_id] = max(most.get(claim.user_id, 0), running[claim.user_id])
            time.sleep(0.003)
            with guard:
                running[claim.user_id] -= 1
                done.append(claim.grading_id)
            assert queue.finish(course.db, claim, report(check()))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [f"w{number}" for number in range(8)]))
    assert sorted(done) == sorted(grading.id for grading in course.gradings())
    assert max(most.values()) <= limit
    assert all(submission.score == 4.0 for submission in course.submissions())


def test_regrades_wait_behind_everything_live(course):
    user, assignment = course.student(), course.assignment()
    submission = course.graded(user, assignment, check())
    regrade = queue.add_regrade(course.db, submission.id, course.instructor.id, "the check was wrong")
    live = course.hand_in(course.student(), assignment)
    assert queue.place(course.db, regrade.id) == 1
    assert queue.claim(course.db, "worker").submission_id == live.id
    claim = queue.claim(course.db, "worker")
    assert (claim.grading_id, claim.reason, claim.seed) == (regrade.id, "regrade", course.gradings()[0].seed)
    assert course.again(submission).state == "graded"


def test_a_regrade_counts_only_once_it_is_published_and_keeps_what_was(course):
    user, assignment = course.student(), course.assignment()
    submission = course.graded(user, assignment, check("x", "failed"))
    queue.add_regrade(course.db, submission.id, course.instructor.id)
    assert queue.add_regrade(course.db, submission.id, course.instructor.id).id == course.gradings()[1].id
    claim = queue.claim(course.db, "worker")
    assert queue.finish(course.db, claim, report(check("x"), pack_digest="e" * 64))
    first, second = course.gradings()
    assert course.again(submission).score == 0.0
    results.publish_regrade(course.db, second.id, course.instructor.id)
    assert course.again(submission).score == course.standing(user, assignment).score == 4.0
    assert (first.score, first.pack_digest, second.pack_digest) == (0.0, "d" * 64, "e" * 64)
    assert course.standing(user, assignment).attempts == 1


def test_the_first_result_after_our_fault_counts_at_once(course):
    user, assignment = course.student(), course.assignment()
    submission = course.hand_in(user, assignment)
    for _ in range(queue.MOST_LOST_LEASES):
        queue.fail(course.db, queue.claim(course.db, "worker"), "fault")
    queue.add_regrade(course.db, submission.id, course.instructor.id)
    assert queue.finish(course.db, queue.claim(course.db, "worker"), report(check()))
    assert (course.again(submission).state, course.again(submission).score) == ("graded", 4.0)


def test_a_regrade_that_falls_to_our_fault_leaves_the_result_alone(course):
    submission = course.graded(course.student(), course.assignment(), check())
    queue.add_regrade(course.db, submission.id, None)
    for _ in range(queue.MOST_LOST_LEASES):
        assert queue.fail(course.db, queue.claim(course.db, "worker"), "fault")
    assert (course.again(submission).state, course.again(submission).score) == ("graded", 4.0)
    assert course.gradings()[1].state == "system_error"
    assert len(course.alerts()) == 1


def test_a_student_has_as_many_seats_as_the_limit_says(course):
    user = course.student()
    for _ in range(4):
        course.hand_in(user, course.assignment())
    taken = [claim for claim in claims(course, 4, per_user=2) if claim is not None]
    assert len(taken) == 2
    assert queue.finish(course.db, taken[0], report(check()))
    assert queue.claim(course.db, "worker", per_user=2) is not None


def _slow_worker(course, name, written, over):
    """Grades every second row, at its first claim, for longer than the lease lasts."""
    while not over.is_set():
        claim = queue.claim(course.db, name, lease_seconds=0.05)
        if claim is None:
            time.sleep(0.002)
            continue
        if claim.fence == 1 and claim.grading_id % 2:
            time.sleep(0.08)
        if queue.finish(course.db, claim, report(check())):
            written.append(claim.grading_id)


def _reconciler(course, over):
    while not over.is_set():
        queue.requeue_expired(course.db)
        time.sleep(0.01)


def test_workers_and_reconcilers_at_once_grade_everything_exactly_once(course):
    assignment = course.assignment()
    for _ in range(20):
        course.hand_in(course.student(), assignment)
    written, over = [], threading.Event()
    threads = [threading.Thread(target=_slow_worker, args=(course, f"w{n}", written, over)) for n in range(4)]
    threads += [threading.Thread(target=_reconciler, args=(course, over)) for _ in range(2)]
    for thread in threads:
        thread.start()
    ended = eventually(lambda: all(row.state not in {"queued", "running"} for row in course.gradings()), 30)
    over.set()
    for thread in threads:
        thread.join()
    assert ended
    states = {row.id: row.state for row in course.gradings()}
    assert sorted(written) == sorted(number for number, state in states.items() if state == "done")
    assert set(states.values()) <= {"done", "system_error"}
    assert any(row.lost_leases for row in course.gradings())
