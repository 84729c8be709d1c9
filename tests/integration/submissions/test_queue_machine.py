"""Any order of handing in, claiming, freezing, losing, finishing, regrading and overriding keeps every promise.

A model in plain Python runs beside the database; after each step the rows must say the same, and every score must be
what its rows add up to.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from submissions.models.work import CHARGED, Grading, Standing, Submission
from submissions.store import queue, results
from submissions.store.refused import Refused
from tests.support.databases import empty
from tests.support.queue_world import check, report, world

LEASE = 10.0
LIMIT = 3


@dataclass
class Expected:
    """What a submission must look like."""

    state: str = "queued"
    lost: int = 0
    results: list = field(default_factory=list)
    regrade: int | None = None


class QueueMachine(RuleBasedStateMachine):
    """`database` is set by the test that runs this."""

    database = None

    @initialize(counts=st.sampled_from(["best", "last"]))
    def begin(self, counts):
        empty(self.database)
        self.course = world(self.database)
        self.students = [self.course.student() for _ in range(2)]
        self.assignment = self.course.assignment(attempt_limit=LIMIT, counts=counts)
        self.expected, self.held, self.finished = {}, [], {}

    @rule(which=st.integers(0, 1))
    def hand_in(self, which):
        user = self.students[which]
        mine = [row for row in self.rows(Submission) if row.user_id == user.id]
        charged = sum(row.state in CHARGED for row in mine)
        if charged >= LIMIT:
            with pytest.raises(Refused, match="no_attempts_left"):
                self.course.hand_in(user, self.assignment)
            return
        made = self.course.hand_in(user, self.assignment)
        assert made.attempt == len(mine) + 1
        self.expected[made.id] = Expected()

    @rule()
    def claim(self):
        claim = queue.claim(self.database, "worker", lease_seconds=LEASE)
        if claim is None:
            return
        self.held.append(claim)
        if claim.reason == "submit":
            assert self.expected[claim.submission_id].state == "queued"
            self.expected[claim.submission_id].state = "running"

    @precondition(lambda self: self.held)
    @rule(
        data=st.data(),
        points=st.integers(0, 4).map(float),
        status=st.sampled_from(["graded"] * 4 + ["rejected", "broken_pack", "internal_error"]),
    )
    def finish(self, data, points, status):
        self.end(self.taken(data), points, status)

    def end(self, claim, points, status):
        current = self.is_current(claim)
        given = report(check("a", "failed", points=points), check("h", visibility="hidden"), status=status)
        assert queue.finish(self.database, claim, given) == current
        if not current:
            return
        if status == "internal_error":
            self.lost(claim)
            return
        assert claim.grading_id not in self.finished
        self.finished[claim.grading_id] = status
        expected = self.expected[claim.submission_id]
        if claim.reason == "submit" or expected.state != "graded":
            expected.state = status

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def give_back(self, data):
        claim = self.taken(data)
        current = self.is_current(claim)
        assert queue.give_back(self.database, claim) == current
        if current and claim.reason == "submit":
            self.expected[claim.submission_id].state = "queued"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def beat(self, data):
        claim = data.draw(st.sampled_from(self.held))
        assert queue.beat(self.database, claim, LEASE) == self.is_current(claim)

    @rule(seconds=st.sampled_from([1.0, LEASE + 1]))
    def time_passes(self, seconds):
        """Frozen workers keep their claims in hand, and may come back with them at any time."""
        self.database.skew += seconds
        with self.database.read() as session:
            now = self.database.now(session)
        lapsed = [row.id for row in self.rows(Grading) if row.state == "running" and row.lease_until < now]
        assert queue.requeue_expired(self.database) == len(lapsed)
        for claim in [claim for claim in self.held if claim.grading_id in lapsed]:
            if claim.fence == self.row(Grading, claim.grading_id).fence:
                self.lost(claim)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), points=st.integers(0, 4).map(float))
    def come_back_too_late(self, data, points):
        """Frozen for longer than the lease; meanwhile another worker has taken over and is not done yet."""
        self.time_passes(LEASE + 1)
        self.claim()
        claim = data.draw(st.sampled_from(self.held))
        self.held.remove(claim)
        self.end(claim, points, "graded")

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def regrade(self, data):
        submission_id = data.draw(st.sampled_from(sorted(self.expected)))
        queue.add_regrade(self.database, submission_id, self.course.instructor.id)

    @precondition(lambda self: self.finished)
    @rule(data=st.data())
    def publish(self, data):
        grading_id = data.draw(st.sampled_from(sorted(self.finished)))
        if self.finished[grading_id] == "graded":
            results.publish_regrade(self.database, grading_id, self.course.instructor.id)
            self.expected[self.row(Grading, grading_id).submission_id].state = "graded"
        else:
            with pytest.raises(ValueError, match="no score"):
                results.publish_regrade(self.database, grading_id, self.course.instructor.id)

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), points=st.integers(0, 9).map(float), name=st.sampled_from(["", "a", "h"]))
    def override(self, data, points, name):
        submission_id = data.draw(st.sampled_from(sorted(self.expected)))
        results.override(self.database, submission_id, self.course.instructor.id, points, "because", name)

    # --------------------------------------------------------------------------------------- the promises

    @invariant()
    def states_are_as_expected(self):
        if not hasattr(self, "expected"):
            return
        found = {row.id: row.state for row in self.rows(Submission)}
        assert found == {number: one.state for number, one in self.expected.items()}

    @invariant()
    def nothing_is_lost(self):
        if not hasattr(self, "expected"):
            return
        gradings = self.rows(Grading)
        for number, expected in self.expected.items():
            first = next(row for row in gradings if row.submission_id == number)
            if expected.state in {"queued", "running"}:
                assert first.state == expected.state
            assert first.lost_leases <= queue.MOST_LOST_LEASES
        assert {row.id for row in gradings if row.state == "done"} == set(self.finished)
        running = [row.user_id for row in gradings if row.state == "running"]
        assert len(running) == len(set(running))

    @invariant()
    def every_score_is_what_its_rows_add_up_to(self):
        if not hasattr(self, "expected"):
            return
        for row in self.rows(Submission):
            explained = results.explain(self.database, row)
            assert (row.score, row.shown_score) == (explained.points.score, explained.points.shown_score) or (
                row.score is None and explained.points.score is None
            )
            if explained.grading is not None and explained.grading.status == "graded" and not explained.overrides:
                assert row.score == explained.grading.score * row.late_factor

    @invariant()
    def standings_are_a_recount(self):
        if not hasattr(self, "expected"):
            return
        fields = [column.key for column in Standing.__table__.columns]
        for before in self.rows(Standing):
            written = {name: getattr(before, name) for name in fields}
            with self.database.write() as session:
                again = results.recount(session, before.assignment_id, before.user_id)
                assert {name: getattr(again, name) for name in fields} == written
                session.rollback()
            mine = [row for row in self.rows(Submission) if row.user_id == before.user_id]
            assert before.attempts == sum(row.state in CHARGED for row in mine)

    # --------------------------------------------------------------------------------------------- helpers

    def taken(self, data):
        claim = data.draw(st.sampled_from(self.held))
        self.held.remove(claim)
        return claim

    def is_current(self, claim):
        row = self.row(Grading, claim.grading_id)
        return row.state == "running" and row.fence == claim.fence

    def lost(self, claim):
        grading = self.row(Grading, claim.grading_id)
        if claim.reason == "submit":
            expected = self.expected[claim.submission_id]
            expected.lost += 1
            expected.state = "system_error" if expected.lost == queue.MOST_LOST_LEASES else "queued"
        alerts = [alert for alert in self.course.alerts() if alert.grading_id == grading.id]
        assert [alert.kind for alert in alerts] == ["system_error"] * (grading.state == "system_error")

    def rows(self, model):
        with self.database.read() as session:
            return list(session.scalars(select(model).order_by(*model.__table__.primary_key.columns)))

    def row(self, model, number):
        with self.database.read() as session:
            return session.get_one(model, number)


@pytest.mark.slow
def test_any_order_of_events_keeps_every_promise(database):
    examples = 20 if database.is_sqlite else 6
    machine = type("Machine", (QueueMachine,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=30, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
