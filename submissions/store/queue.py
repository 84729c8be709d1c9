"""The queue: rows of `gradings`. A worker claims one with a lease and a fence; whoever loses the lease loses the right.

Nothing is lost, because nothing is taken out: a claimed row is still there, and comes back when its lease runs out. No
grading counts twice, because each claim raises the fence and only the newest may finish. Leases are measured by the
database's clock. The third lost lease ends it as `system_error`: ours, free of charge, told to the instructors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, func, select, text, update
from sqlalchemy.orm import Session

from grader.report import Report
from submissions.db import Database
from submissions.models.work import RERUN, CheckRow, Grading, Source, Submission, WrittenAnswer
from submissions.store.outlook import place, typical_seconds, waiting
from submissions.store.places import REGRADE, advance, next_tag
from submissions.store.plain import plain, words
from submissions.store.records import alert, audit, course_of
from submissions.store.regrade_notes import note, note_failure
from submissions.store.results import lock_submission, publish, recount

__all__ = [
    "Claim", "add_regrade", "beat", "claim", "fail", "finish", "give_back", "place", "requeue_expired",
    "typical_seconds", "waiting",
]  # fmt: skip

LEASE_SECONDS = 30.0
MOST_LOST_LEASES = 3
# Any number that no one else locks in this database.
CLAIM_LOCK = 7_305_118_246
FAULT_CHARACTERS = 2000


@dataclass(frozen=True)
class Claim:
    """The right to grade one row until the lease runs out, with all that grading needs."""

    grading_id: int
    submission_id: int
    public_id: str
    user_id: int
    fence: int
    pack_id: str
    seed: int
    content: bytes
    kind: str
    name: str
    answers: Mapping[str, str]
    reason: str


# ------------------------------------------------------------------------------------------------ claiming


def claim(db: Database, worker: str, lease_seconds: float = LEASE_SECONDS, per_user: int = 1) -> Claim | None:
    """The next grading, live ones first and in fair order; None if none waits whose student has a free seat.

    `per_user`: how many of one student run at once. It is exact, because claims come one after the other: on PostgreSQL
    by a lock of their own (with SKIP LOCKED alone four ran where one should have), on SQLite by the write's turn.
    """
    with db.write() as session:
        if not db.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CLAIM_LOCK})
        grading = session.scalars(_next(per_user)).first()
        if grading is None:
            return None
        now = db.now(session)
        grading.state, grading.worker = "running", worker
        grading.fence += 1
        grading.lease_until, grading.started_at = now + lease_seconds, datetime.fromtimestamp(now, UTC)
        advance(session, grading.priority, grading.fair_tag)
        submission = lock_submission(session, grading.submission_id)
        if submission.state == "queued":
            submission.state = "running"
        return _claim(session, grading, submission)


def _next(per_user: int) -> Select[Grading]:
    busy = select(Grading.user_id).where(Grading.state == "running").group_by(Grading.user_id)
    return (
        select(Grading)
        .where(Grading.state == "queued", Grading.user_id.not_in(busy.having(func.count() >= per_user)))
        .order_by(Grading.priority, Grading.fair_tag, Grading.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _claim(session: Session, grading: Grading, submission: Submission) -> Claim:
    answers = session.scalars(select(WrittenAnswer).where(WrittenAnswer.submission_id == submission.id))
    return Claim(
        grading_id=grading.id,
        submission_id=submission.id,
        public_id=submission.public_id,
        user_id=grading.user_id,
        fence=grading.fence,
        pack_id=grading.pack_id,
        seed=grading.seed,
        content=session.get_one(Source, submission.id).content,
        kind=submission.kind,
        name=submission.name,
        answers={answer.check_name: answer.text for answer in answers},
        reason=grading.reason,
    )


def beat(db: Database, claim: Claim, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Make the lease last `lease_seconds` from now; False if it was lost."""
    with db.write() as session:
        kept = session.execute(
            update(Grading)
            .where(*_held(claim))
            .values(lease_until=db.now(session) + lease_seconds)
            .returning(Grading.id)
        )
        return kept.first() is not None


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return Grading.id == claim.grading_id, Grading.fence == claim.fence, Grading.state == "running"


def _lock_held(session: Session, claim: Claim) -> Grading | None:
    """The grading's row, locked, if the claim still holds it."""
    query = select(Grading).where(*_held(claim)).with_for_update()
    return session.scalars(query).one_or_none()


# ------------------------------------------------------------------------------------------------- ending


def finish(db: Database, claim: Claim, report: Report) -> bool:
    """Write down what came of it; False if the claim was lost meanwhile, and then nothing is written.

    A live grading's result counts at once, and so does the first result of a submission that has none. Any other
    regrade waits for `results.publish_regrade`, and one of a run for `regrades`. An internal error is a lost lease.
    """
    with db.write() as session:
        grading = _lock_held(session, claim)
        if grading is None:
            return False
        if report.status == "internal_error":
            _lose(session, grading, report.fault)
            return True
        _write_down(session, grading, report, datetime.fromtimestamp(db.now(session), UTC))
        submission = lock_submission(session, grading.submission_id)
        if grading.reason == RERUN:
            note(session, grading, submission)
            return True
        if grading.reason == "submit" or submission.state != "graded":
            publish(session, submission, grading)
        if report.status == "broken_pack":
            alert(session, submission.id, "broken_pack", grading.id, grading.fault)
    return True


def _write_down(session: Session, grading: Grading, report: Report, now: datetime) -> None:
    grading.state, grading.lease_until, grading.finished_at = "done", None, now
    grading.status, grading.score, grading.max_score = report.status, report.score, report.max_score
    grading.pack_version, grading.pack_digest = report.pack_version, report.pack_digest
    grading.engine_version, grading.torch_version = report.engine_version, report.torch_version
    grading.total_ms = report.timing_ms.get("total")
    grading.fault = words(report.fault)[:FAULT_CHARACTERS]
    grading.report = plain(report.to_record())
    session.add_all(
        CheckRow(
            grading_id=grading.id,
            position=position,
            name=words(check.name),
            verdict=check.verdict,
            points=check.points,
            max_points=check.max_points,
            diagnosis=check.diagnosis,
        )
        for position, check in enumerate(report.checks)
    )


def give_back(db: Database, claim: Claim) -> bool:
    """Put a claimed grading back where it was, at no cost: the worker stops, or could not begin."""
    with db.write() as session:
        grading = _lock_held(session, claim)
        if grading is None:
            return False
        _requeue(session, grading)
    return True


def fail(db: Database, claim: Claim, fault: str) -> bool:
    """Give up a claim after a fault of ours, at the cost of one of the leases that the grading has."""
    with db.write() as session:
        grading = _lock_held(session, claim)
        if grading is None:
            return False
        _lose(session, grading, fault)
    return True


def requeue_expired(db: Database) -> int:
    """Take back every grading whose lease has run out; how many there were.

    One transaction for each: together they would hold several students' rows, in an order of their own.
    """
    with db.read() as session:
        overdue = session.scalars(_expired(db, session).with_only_columns(Grading.id)).all()
    return sum(_take_back(db, grading_id) for grading_id in overdue)


def _take_back(db: Database, grading_id: int) -> bool:
    with db.write() as session:
        query = _expired(db, session).where(Grading.id == grading_id)
        grading = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
        if grading is None:  # its worker has finished, or has been heard of again
            return False
        _lose(session, grading, f"The worker {grading.worker} was not heard of any more.")
    return True


def _expired(db: Database, session: Session) -> Select[Grading]:
    now = db.now(session)
    return select(Grading).where(Grading.state == "running", Grading.lease_until < now).order_by(Grading.id)


def _lose(session: Session, grading: Grading, fault: str) -> None:
    grading.lost_leases += 1
    grading.fault = words(fault)[:FAULT_CHARACTERS]
    if grading.lost_leases < MOST_LOST_LEASES:
        _requeue(session, grading)
        return
    grading.state, grading.lease_until, grading.status = "system_error", None, "internal_error"
    if grading.reason == RERUN:
        note_failure(session, grading)
        return
    submission = lock_submission(session, grading.submission_id)
    if submission.state in {"queued", "running"}:
        submission.state = "system_error"
        session.flush()
        recount(session, submission.assignment_id, submission.user_id)
    alert(session, submission.id, "system_error", grading.id, grading.fault)


def _requeue(session: Session, grading: Grading) -> None:
    grading.state, grading.lease_until, grading.started_at = "queued", None, None
    submission = lock_submission(session, grading.submission_id)
    if submission.state == "running" and grading.reason == "submit":
        submission.state = "queued"


# ----------------------------------------------------------------------------------------------- regrading


def add_regrade(db: Database, submission_id: int, actor_id: int | None, reason: str = "") -> Grading:
    """Grade a submission once more with its pack as it is now, behind everything live, with the seed of the first time.

    What counts stays what it is until somebody publishes the new result. One that still waits is not doubled.
    """
    with db.write() as session:
        submission = lock_submission(session, submission_id)
        query = select(Grading).where(Grading.submission_id == submission_id).order_by(Grading.id)
        earlier = session.scalars(query).all()
        undone = [grading for grading in earlier if grading.state == "queued" and grading.reason != RERUN]
        if undone:
            return undone[0]
        grading = Grading(
            submission_id=submission_id,
            user_id=submission.user_id,
            reason="regrade",
            priority=REGRADE,
            fair_tag=next_tag(session, submission.user_id, REGRADE),
            queued_at=datetime.fromtimestamp(db.now(session), UTC),
            seed=earlier[0].seed,
            pack_id=earlier[0].pack_id,
        )
        session.add(grading)
        session.flush()
        audit(
            session,
            actor_id,
            "grading.regrade",
            f"submission:{submission_id}",
            course_id=course_of(session, submission_id),
            after={"grading": grading.id},
            reason=reason,
        )
    return grading
