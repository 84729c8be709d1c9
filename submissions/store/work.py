"""What the staff's page of a submission reads beside `result_reading`: its gradings, attempts, decisions and alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.marking import Mark
from submissions.models.people import User
from submissions.models.records import Alert, Override
from submissions.models.work import Grading, Submission
from submissions.store import marking

MOST_ATTEMPTS = 30
MOST_ALERTS = 100


@dataclass(frozen=True)
class Decision:
    """An override, in force or revoked, with the name of who made it."""

    row: Override
    author: str


@dataclass(frozen=True)
class Work:
    """gradings: without their reports, the latest first. attempts: the latest first, at most MOST_ATTEMPTS of them."""

    gradings: tuple[Grading, ...]
    attempts: tuple[Submission, ...]
    decisions: tuple[Decision, ...]
    alerts: tuple[Alert, ...]
    marks: Mapping[str, Mark]


@dataclass(frozen=True)
class AlertRow:
    """An alert with the submission it is about, if it is about one."""

    alert: Alert
    submission: Submission | None
    pack_id: str


def work(db: Database, submission: Submission) -> Work:
    """Everything about a submission that only its staff see. Five statements."""
    with db.read() as session:
        gradings = select(Grading).where(Grading.submission_id == submission.id).order_by(Grading.id.desc())
        found = tuple(session.scalars(gradings))
        return Work(
            gradings=found,
            attempts=_attempts(session, submission),
            decisions=_decisions(session, submission.id),
            alerts=_alerts(session, [grading.id for grading in found]),
            marks=marking.all_of(session, submission.id),
        )


def alerts(db: Database, course_id: int, *, seen: bool = False) -> list[AlertRow]:
    """The alerts of a course that nobody has seen yet (or that somebody has), the latest first. One statement."""
    state = Alert.seen_at.is_not(None) if seen else Alert.seen_at.is_(None)
    query = (
        select(Alert, Submission, Grading.pack_id)
        .outerjoin(Grading, Grading.id == Alert.grading_id)
        .outerjoin(Submission, Submission.id == Grading.submission_id)
        .where(Alert.course_id == course_id, state)
        .order_by(Alert.id.desc())
        .limit(MOST_ALERTS)
    )
    with db.read() as session:
        return [AlertRow(alert, submission, pack or "") for alert, submission, pack in session.execute(query)]


def _attempts(session: Session, submission: Submission) -> tuple[Submission, ...]:
    mine = {"assignment_id": submission.assignment_id, "user_id": submission.user_id}
    query = select(Submission).filter_by(**mine).order_by(Submission.attempt.desc()).limit(MOST_ATTEMPTS)
    return tuple(session.scalars(query))


def _decisions(session: Session, submission_id: int) -> tuple[Decision, ...]:
    query = select(Override, User.name).join(User, User.id == Override.author_id)
    rows = session.execute(query.where(Override.submission_id == submission_id).order_by(Override.id.desc()))
    return tuple(Decision(row, author) for row, author in rows)


def _alerts(session: Session, gradings: Sequence[int]) -> tuple[Alert, ...]:
    query = select(Alert).where(Alert.grading_id.in_(gradings), Alert.seen_at.is_(None)).order_by(Alert.id.desc())
    return tuple(session.scalars(query))
