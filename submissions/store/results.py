"""Scores: what a published grading, people's overrides and lateness come to, written down where pages read it.

The chain that explains every score: report of the published grading -> overrides -> late factor -> submission ->
best or last of them -> standing. Each `write` here is part of the caller's transaction and changes all that follows.
Locks are taken in one order everywhere: grading, submission, standing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Extension
from submissions.models.records import Override
from submissions.models.work import CHARGED, Grading, Standing, Submission
from submissions.store import rules, scoring, summaries
from submissions.store.dialects import insert
from submissions.store.records import audit, course_of
from submissions.store.scoring import Points

_COUNTED = (
    Submission.id, Submission.state, Submission.score, Submission.max_score, Submission.shown_score,
    Submission.shown_max, Submission.submitted_at,
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """A submission's score with all that made it: grading, seed, pack and versions stand in `grading`."""

    submission: Submission
    grading: Grading | None
    overrides: tuple[Override, ...]
    points: Points


def lock_standing(session: Session, assignment_id: int, user_id: int) -> Standing:
    """A student's row in an assignment, made if missing; nobody else changes it before this transaction ends."""
    key = {"assignment_id": assignment_id, "user_id": user_id}
    session.execute(insert(session)(Standing).values(submitted=0, attempts=0, **key).on_conflict_do_nothing())
    return session.scalars(
        select(Standing).filter_by(**key).with_for_update(), execution_options={"populate_existing": True}
    ).one()


# ---------------------------------------------------------------------------------------------- publishing


def publish(session: Session, submission: Submission, grading: Grading) -> None:
    """Make `grading` the one that counts for its submission, and count again all that follows."""
    submission.published_grading_id = grading.id
    submission.state = grading.status
    grading.published_at = utc_now()
    rescore(session, submission, grading)


def publish_regrade(db: Database, grading_id: int, actor_id: int) -> None:
    """Let a finished regrade count from now on. Does nothing where it already does; ValueError where it can't."""
    with db.write() as session:
        grading = session.scalars(select(Grading).where(Grading.id == grading_id).with_for_update()).one()
        if grading.state != "done" or grading.report is None or grading.status != "graded":
            raise ValueError(f"Grading {grading_id} has no score that could count.")
        submission = lock_submission(session, grading.submission_id)
        if submission.published_grading_id == grading.id:
            return
        before = {"grading": submission.published_grading_id, "score": submission.score}
        publish(session, submission, grading)
        _audit_score(session, submission, actor_id, "grading.publish", before, {"grading": grading.id})


def lock_submission(session: Session, submission_id: int) -> Submission:
    """The submission's row, which nobody else changes before this transaction ends."""
    query = select(Submission).where(Submission.id == submission_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def rescore(session: Session, submission: Submission, grading: Grading | None) -> None:
    """Write down a submission's points anew, and its student's standing."""
    found = _points(session, submission, grading)
    submission.score, submission.max_score = found.score, found.max_score
    submission.shown_score, submission.shown_max = found.shown_score, found.shown_max
    session.flush()
    recount(session, submission.assignment_id, submission.user_id)


def preview(session: Session, submission: Submission, grading: Grading) -> Points:
    """What a submission would come to if this grading counted. Writes nothing."""
    return _points(session, submission, grading)


def _points(session: Session, submission: Submission, grading: Grading | None) -> Points:
    """`grading` counts only with the status "graded": a broken pack gives no points, not even 0."""
    report = grading.report if grading is not None and grading.status == "graded" else None
    if report is not None:
        max_score: float | None = report["max_score"]
    else:
        max_score = session.get_one(Assignment, submission.assignment_id).max_score
    given = {row.check_name: row.points for row in _overrides(session, submission.id)}
    return scoring.points(report, max_score, given, submission.late_factor)


def _overrides(session: Session, submission_id: int) -> Sequence[Override]:
    """Those in force, one for each check: the latest."""
    query = select(Override).where(Override.submission_id == submission_id, Override.revoked_at.is_(None))
    return list({row.check_name: row for row in session.scalars(query.order_by(Override.id))}.values())


# --------------------------------------------------------------------------------------------- overriding


def override(
    db: Database, submission_id: int, author_id: int, points: float, reason: str, check_name: str = scoring.WHOLE
) -> Override:
    """Points that a person gives instead of the machine, before lateness. An earlier override is revoked by it."""
    row = Override(
        submission_id=submission_id, check_name=check_name, points=points, reason=reason, author_id=author_id
    )
    with db.write() as session:
        submission = lock_submission(session, submission_id)
        before = {"score": submission.score}
        for earlier in _overrides(session, submission_id):
            if earlier.check_name == check_name:
                earlier.revoked_at = utc_now()
        session.add(row)
        session.flush()
        rescore(session, submission, _published(session, submission))
        after = {"check": check_name, "points": points}
        _audit_score(session, submission, author_id, "override.set", before, after, reason)
    return row


def revoke_override(db: Database, override_id: int, actor_id: int) -> None:
    """Let the machine's points count again."""
    with db.write() as session:
        row = session.get_one(Override, override_id)
        submission = lock_submission(session, row.submission_id)
        session.refresh(row)
        if row.revoked_at is not None:
            return
        before = {"score": submission.score, "check": row.check_name, "points": row.points}
        row.revoked_at = utc_now()
        session.flush()
        rescore(session, submission, _published(session, submission))
        _audit_score(session, submission, actor_id, "override.revoke", before, {})


def _published(session: Session, submission: Submission) -> Grading | None:
    return session.get(Grading, submission.published_grading_id) if submission.published_grading_id else None


def _audit_score(
    session: Session,
    submission: Submission,
    actor_id: int,
    action: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str = "",
) -> None:
    audit(
        session,
        actor_id,
        action,
        f"submission:{submission.id}",
        course_id=course_of(session, submission.id),
        before=dict(before),
        after={**after, "score": submission.score},
        reason=reason,
    )


# ------------------------------------------------------------------------------------------------ counting


def recount(session: Session, assignment_id: int, user_id: int) -> Standing:
    """A student's standing in an assignment, counted again from his submissions.

    shown_score is the best (or last) of the shown scores: chosen by the true ones it would tell which attempt did
    better at the hidden checks. `counted_submission_id` is chosen by the true scores, so it is not for students before
    the results open.
    """
    standing = lock_standing(session, assignment_id, user_id)
    counts = session.get_one(Assignment, assignment_id).counts
    # Columns and not rows: somebody without a limit may have a thousand attempts.
    query = select(*_COUNTED).where(Submission.assignment_id == assignment_id, Submission.user_id == user_id)
    rows = session.execute(query.order_by(Submission.attempt)).all()
    standing.submitted = len(rows)
    standing.attempts = sum(row.state in CHARGED for row in rows)
    scored = [row for row in rows if row.score is not None]
    counted = _counting(scored, counts)
    standing.counted_submission_id = counted.id if counted else None
    standing.score = counted.score if counted else None
    shown = _counting(scored, counts, shown=True)
    standing.shown_score, standing.shown_max = (shown.shown_score, shown.shown_max) if shown else (None, None)
    standing.last_submission_id = rows[-1].id if rows else None
    standing.last_submitted_at = rows[-1].submitted_at if rows else None
    full = [row.submitted_at for row in scored if row.max_score and (row.score or 0.0) >= row.max_score]
    standing.first_full_at = min(full, default=None)
    summaries.refresh(session, assignment_id, user_id)
    return standing


def _counting(
    scored: Sequence[Row[*tuple[Any, ...]]], counts: str, *, shown: bool = False
) -> Row[*tuple[Any, ...]] | None:
    """Which of these submissions counts, in the order of their attempts: the last, or the first of the best."""
    if not scored:
        return None
    if counts == "last":
        return scored[-1]
    return max(scored, key=lambda row: (row.shown_score if shown else row.score) or 0.0)


def apply_rules(session: Session, assignment_id: int, user_id: int | None = None) -> None:
    """After a change of dates, late policy or an extension: lateness and standing again from the moments of submission.

    For one student, or for all of the assignment.
    """
    assignment = session.get_one(Assignment, assignment_id)
    mine = {"assignment_id": assignment_id} | ({} if user_id is None else {"user_id": user_id})
    extensions = {row.user_id: row for row in session.scalars(select(Extension).filter_by(**mine))}
    query = select(Submission).filter_by(**mine).order_by(Submission.id).with_for_update()
    rows = list(session.scalars(query, execution_options={"populate_existing": True}))
    for row in rows:
        row.late_seconds = rules.late_seconds(assignment, extensions.get(row.user_id), row.submitted_at)
        row.late_factor = rules.late_factor(assignment, row.late_seconds)
        found = _points(session, row, _published(session, row))
        row.score, row.shown_score = found.score, found.shown_score
    session.flush()
    for student in sorted({row.user_id for row in rows}):
        recount(session, assignment_id, student)


def reapply_rules(db: Database, assignment_id: int) -> None:
    """`apply_rules` for everybody, after the assignment's own dates or policy were changed."""
    with db.write() as session:
        apply_rules(session, assignment_id)


def explain(db: Database, submission: Submission) -> Explanation:
    """How a submission's score came about, from its rows. Its points are those of the submission's own row."""
    with db.read() as session:
        row = session.get_one(Submission, submission.id)
        grading = _published(session, row)
        if grading is not None:
            _ = grading.report  # deferred; loaded while the session is open
        found = tuple(_overrides(session, row.id))
        return Explanation(row, grading, found, _points(session, row, grading))
