"""The worker: whatever happens on the way, a grading ends once, and nobody but us pays for our faults."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from grader.errors import SandboxError
from grader.runner.remote import RemoteEngine
from submissions.live import Live
from submissions.store import queue
from submissions.supervisor.valkey import Valkey
from submissions.worker import Stopped, Worker
from tests.support.queue_world import check, report, world

# A wake-up that ends because nothing waits any more, on however busy a machine.
LONG = 60.0


@dataclass
class Engine:
    """Answers with what the test has lined up: reports, errors, or functions of the submission."""

    answers: list
    asked: list = field(default_factory=list)
    health_checks: int = 0
    ill_for: int = 0

    def grade(self, pack_id, submission, seed, on_result=None):
        self.asked.append((pack_id, submission, seed))
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer(on_result)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def health(self, _seconds):
        self.health_checks += 1
        if self.health_checks <= self.ill_for:
            raise SandboxError("not yet")


@pytest.fixture
def course(database):
    return world(database)


@pytest.fixture
def nowhere(tmp_path):
    """A broker that is not there: what the worker tells it must not matter."""
    live = Live(f"unix://{tmp_path}/no.sock")
    yield live
    live.close()


def worker(course, live, *answers, **options):
    engine = Engine(list(answers), ill_for=options.pop("ill_for", 0))
    return Worker(course.db, engine, live, "worker", pause_seconds=0.01, **options)


def broken(cause=None):
    error = SandboxError("The conversation broke.")
    error.__cause__ = cause
    return error


def test_one_wake_up_serves_all_that_waits(course, nowhere):
    assignment = course.assignment()
    made = [course.hand_in(course.student(), assignment, answers={"why": f"{n}"}) for n in range(5)]
    working = worker(course, nowhere, *[report(check())] * 5)
    assert working.drain(LONG) == 5
    assert [course.again(row).score for row in made] == [4.0] * 5
    assert [submission.written for _, submission, _ in working.engine.asked] == [{"why": f"{n}"} for n in range(5)]
    assert [seed for _, _, seed in working.engine.asked] == [row.seed for row in course.gradings()]
    assert working.drain(LONG) == 0


def test_a_wake_up_ends_in_time_although_more_waits(course, nowhere):
    for _ in range(3):
        course.hand_in(course.student(), course.assignment())
    slow = [lambda _tell: time.sleep(0.2) or report(check())] * 3
    graded = worker(course, nowhere, *slow).drain(seconds=0.1)
    assert (graded, queue.waiting(course.db)) == (1, 2)


def test_a_broken_conversation_costs_a_lease_and_health_comes_before_the_next_claim(course, nowhere):
    submission = course.hand_in(course.student(), course.assignment())
    working = worker(course, nowhere, broken(ConnectionResetError()), report(check()), ill_for=3)
    assert working.drain(LONG) == 2
    assert working.engine.health_checks == 4
    assert (course.again(submission).score, course.gradings()[0].lost_leases) == (4.0, 1)


def test_a_grading_server_that_is_not_there_costs_nothing(course, nowhere, tmp_path):
    submission = course.hand_in(course.student(), course.assignment())
    away = Worker(course.db, RemoteEngine(tmp_path / "grader.sock"), nowhere, "worker", pause_seconds=0.01)
    for _ in range(queue.MOST_LOST_LEASES + 1):
        away.drain(seconds=0.1)
    assert course.again(submission).state == "queued"
    assert course.gradings()[0].lost_leases == 0


def test_a_submission_that_always_breaks_the_grader_ends_as_our_fault_and_the_next_one_is_graded(course, nowhere):
    user, assignment = course.student(), course.assignment()
    poison = course.hand_in(user, assignment)
    faults = [broken(), report(status="internal_error"), ZeroDivisionError()]
    working = worker(course, nowhere, *faults, report(check()))
    after = course.hand_in(course.student(), assignment)
    assert working.drain(LONG) == 4
    assert (course.again(poison).state, course.again(after).state) == ("system_error", "graded")
    assert course.standing(user, assignment).attempts == 0
    assert len(course.alerts()) == 1


def test_a_worker_told_to_stop_gives_back_what_it_holds(course, nowhere):
    submission = course.hand_in(course.student(), course.assignment())
    with pytest.raises(Stopped):
        worker(course, nowhere, Stopped()).drain(LONG)
    assert course.again(submission).state == "queued"
    assert course.gradings()[0].lost_leases == 0


def test_a_grading_longer_than_its_lease_is_kept_by_the_heart(course, nowhere):
    submission = course.hand_in(course.student(), course.assignment())
    over, taken = threading.Event(), []

    def reconcile():
        while not over.wait(0.05):
            taken.append(queue.requeue_expired(course.db))

    reconciler = threading.Thread(target=reconcile)
    reconciler.start()
    try:
        slow = worker(course, nowhere, lambda _tell: time.sleep(5) or report(check()), lease_seconds=2)
        assert slow.drain(LONG) == 1
    finally:
        over.set()
        reconciler.join()
    assert sum(taken) == 0
    assert (course.again(submission).score, course.gradings()[0].fence) == (4.0, 1)


def test_the_result_of_a_worker_that_was_frozen_for_too_long_is_thrown_away(course, nowhere):
    submission = course.hand_in(course.student(), course.assignment())

    def frozen(_tell):
        course.db.skew += 100
        assert queue.requeue_expired(course.db) == 1
        assert worker(course, nowhere, report(check())).drain(LONG) == 1
        return report(check("value", "failed"))

    assert worker(course, nowhere, frozen).drain(LONG) == 1
    assert course.again(submission).score == 4.0


def test_a_file_that_can_not_be_read_is_rejected_at_no_cost(course, nowhere):
    user, assignment = course.student(), course.assignment()
    submission = course.hand_in(user, assignment, content=b"a\0b")
    assert worker(course, nowhere).drain(LONG) == 1
    assert course.again(submission).state == "rejected"
    assert course.standing(user, assignment).attempts == 0


def test_checks_are_told_as_they_end(course, tmp_path):
    submission = course.hand_in(course.student(), course.assignment())
    heard = []

    def step_by_step(tell):
        for name in ("one", "two"):
            tell(check(name))
            heard.append([entry["name"] for entry in live.progress(submission.public_id, grading.id)])
        return report(check("one"), check("two"))

    (grading,) = course.gradings()
    with Valkey.start(tmp_path) as broker:
        live = Live(f"unix://{broker.socket_path}")
        assert worker(course, live, step_by_step).drain(LONG) == 1
        told = live.progress(submission.public_id, grading.id)
        live.close()
    assert heard == [["one"], ["one", "two"]]
    assert {entry["name"]: entry["verdict"] for entry in told} == {"one": "passed", "two": "passed"}
