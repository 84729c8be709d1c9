"""Runs of regrades: gather submissions, grade them behind everything live, look at what would change, then decide.

Nothing that counts moves before somebody publishes. Gathering and publishing are done in batches, each one transaction
that also notes how far it came, so a run that was broken off anywhere goes on where it was, and does nothing twice.
Locks are taken in the order run, gradings, submissions, standings.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment
from submissions.models.regrades import OPEN, RegradeItem, RegradeRun
from submissions.models.work import RERUN, Grading, Submission
from submissions.store.records import audit
from submissions.store.refused import Refused
from submissions.store.regrade_gathering import gather
from submissions.store.results import publish

ATTEMPTS = ("latest", "best", "all")
FILTERS = ("", "check", "diagnosis", "version")
ONLY = (*FILTERS, "submission")
# Whoever hands in meanwhile waits for one batch on SQLite, so it is a small one.
PUBLISHED_AT_ONCE = 20
# PostgreSQL refuses to look for a greater number rather than not to find it.
MOST_ROWS = 2**31

Work = TypeVar("Work", Grading, Submission)


@dataclass(frozen=True)
class Selection:
    """Which submissions of an assignment: `attempts` of each student, `only` those with `subject`. See RegradeRun."""

    assignment_id: int
    attempts: str
    only: str = ""
    subject: str = ""


# ---------------------------------------------------------------------------------------------- beginning


def start(db: Database, selection: Selection, actor_id: int, reason: str, address: str = "") -> RegradeRun:
    """Begin a run; `carry_on` gathers its submissions. Refused("run_open") while another one is undecided."""
    known = selection.attempts in ATTEMPTS and selection.only in ONLY
    if not known or bool(selection.only) != bool(selection.subject):
        raise ValueError(f"{selection} selects nothing.")
    with db.write() as session:
        # The assignment's row is the lock: two runs at once would publish over each other.
        locked = select(Assignment).where(Assignment.id == selection.assignment_id).with_for_update(key_share=True)
        assignment = session.scalars(locked).one()
        others = (RegradeRun.assignment_id == assignment.id, RegradeRun.state.in_(OPEN))
        if session.scalars(select(RegradeRun.id).where(*others)).first() is not None:
            raise Refused("run_open")
        run = RegradeRun(
            course_id=assignment.course_id,
            assignment_id=assignment.id,
            attempts=selection.attempts,
            only=selection.only,
            subject=selection.subject,
            reason=reason,
            created_by=actor_id,
        )
        session.add(run)
        session.flush()
        chosen = {"attempts": run.attempts, "only": run.only, "subject": run.subject}
        _audit_run(session, run, actor_id, "regrade.start", reason, address, **chosen)
    return run


def carry_on(db: Database, seconds: float = 1.0, run_id: int | None = None) -> bool:
    """Go on with what was begun, for about so long; whether anything is left to do. Anyone may call it, at any time."""
    until = time.monotonic() + seconds
    while True:
        query = select(RegradeRun.id).where(RegradeRun.state.in_(("preparing", "publishing"))).order_by(RegradeRun.id)
        if run_id is not None:
            query = query.where(RegradeRun.id == run_id)
        with db.read() as session:
            undone = session.scalars(query.limit(1)).first()
        if undone is None:
            return False
        if time.monotonic() >= until:
            return True
        step(db, undone)


def step(db: Database, run_id: int) -> None:
    """One batch of a run, if it has one to do."""
    with db.write() as session:
        run = _locked(session, run_id)
        if run.state == "preparing":
            gather(session, run, datetime.fromtimestamp(db.now(session), UTC))
        elif run.state == "publishing":
            _publish_some(session, run)


def _locked(session: Session, run_id: int) -> RegradeRun:
    query = select(RegradeRun).where(RegradeRun.id == run_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def _audit_run(
    session: Session, run: RegradeRun, actor_id: int, action: str, reason: str, address: str, **after: object
) -> None:
    subject = f"assignment:{run.assignment_id}"
    told = {"run": run.id, **after}
    audit(session, actor_id, action, subject, course_id=run.course_id, after=told, reason=reason, address=address)


# --------------------------------------------------------------------------------------------- publishing


def begin_publishing(
    db: Database, run_id: int, actor_id: int, reason: str, which: str | Iterable[int], address: str = ""
) -> int:
    """Choose what shall count and let `carry_on` publish it; how many. which: "all", "gains" (nobody loses), or ids of
    submissions. Refused("not_ready") while something waits, ("already_decided"), ("nothing_chosen").
    """
    with db.write() as session:
        run = _undecided(session, run_id)
        if run.state == "preparing" or _waits(session, run_id):
            raise Refused("not_ready")
        conditions = [RegradeItem.run_id == run_id, RegradeItem.state == "done"]
        if which == "gains":
            conditions.append(RegradeItem.change >= 0)
        elif which != "all":
            assert not isinstance(which, str)
            conditions.append(RegradeItem.submission_id.in_({number for number in which if number < MOST_ROWS}))
        chosen = update(RegradeItem).where(*conditions).values(state="chosen")
        number = len(session.execute(chosen.returning(RegradeItem.submission_id)).all())
        if not number:
            raise Refused("nothing_chosen")
        run.state, run.decision = "publishing", reason
        run.decided_by, run.decided_at = actor_id, utc_now()
        _audit_run(session, run, actor_id, "regrade.publish", reason, address, submissions=number)
    return number


def _publish_some(session: Session, run: RegradeRun) -> None:
    """Let the next of the chosen count. Ordered by student: then two that publish never wait for each other."""
    query = select(RegradeItem).where(RegradeItem.run_id == run.id, RegradeItem.state == "chosen")
    query = query.order_by(RegradeItem.user_id, RegradeItem.submission_id).limit(PUBLISHED_AT_ONCE)
    items = session.scalars(query).all()
    gradings = _rows(session, Grading, [item.grading_id for item in items if item.grading_id is not None])
    submissions = _rows(session, Submission, [item.submission_id for item in items])
    for item in items:
        submission, grading = submissions[item.submission_id], gradings.get(item.grading_id or 0)
        if grading is None or submission.published_grading_id != item.grading_before:
            item.state = "superseded"
            continue
        _publish_one(session, run, submission, grading)
        item.state = "published"
    if len(items) < PUBLISHED_AT_ONCE:
        run.state, run.ended_at = "published", utc_now()


def _publish_one(session: Session, run: RegradeRun, submission: Submission, grading: Grading) -> None:
    before = {"grading": submission.published_grading_id, "score": submission.score}
    publish(session, submission, grading)
    after = {"grading": grading.id, "score": submission.score, "run": run.id, "pack_version": grading.pack_version}
    audit(
        session,
        run.decided_by,
        "grading.publish",
        f"submission:{submission.id}",
        course_id=run.course_id,
        before=before,
        after=after,
        reason=run.decision,
    )


def _rows(session: Session, model: type[Work], ids: Sequence[int]) -> dict[int, Work]:
    """Rows by their ids, locked in the order of these."""
    query = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
    return {row.id: row for row in session.scalars(query, execution_options={"populate_existing": True})}


# ------------------------------------------------------------------------------------ giving up, and counts


def discard(db: Database, run_id: int, actor_id: int, reason: str, address: str = "") -> None:
    """Leave everything as it counts. What still waits is taken out of the queue. Refused("already_decided")."""
    with db.write() as session:
        run = _undecided(session, run_id)
        waiting = _waits(session, run_id)
        run.state = "cancelled" if waiting or run.state == "preparing" else "discarded"
        run.decided_by, run.decided_at, run.decision, run.ended_at = actor_id, utc_now(), reason, utc_now()
        removed = _unqueue(session, run_id) if waiting else 0
        action = "regrade.cancel" if run.state == "cancelled" else "regrade.discard"
        _audit_run(session, run, actor_id, action, reason, address, removed=removed)


def _unqueue(session: Session, run_id: int) -> int:
    """Take out of the queue what nobody has begun; the running ones end, and change nothing."""
    mine = select(RegradeItem.grading_id).where(RegradeItem.run_id == run_id, RegradeItem.state == "waiting")
    unbegun = and_(Grading.id.in_(mine), Grading.state == "queued", Grading.reason == RERUN)
    gone = len(session.execute(delete(Grading).where(unbegun).returning(Grading.id)).all())
    left = (RegradeItem.run_id == run_id, RegradeItem.state == "waiting")
    session.execute(update(RegradeItem).where(*left).values(state="cancelled"))
    return gone


def _undecided(session: Session, run_id: int) -> RegradeRun:
    run = _locked(session, run_id)
    if run.state not in {"preparing", "grading"}:
        raise Refused("already_decided")
    return run


def _waits(session: Session, run_id: int) -> int:
    query = select(func.count()).where(RegradeItem.run_id == run_id, RegradeItem.state == "waiting")
    return session.scalar(query) or 0
