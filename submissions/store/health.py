"""How the service fares: the queue, waits, workers, and what went wrong by a fault of ours.

The last hour is read by its index of ends, and no more of it than `MOST_ENDS`; faults are read from the alerts, each of
which names a course. So no page costs more because much was graded once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, func, select, text, true

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Course
from submissions.models.people import Enrolment
from submissions.models.records import Alert
from submissions.models.work import CheckRow, Grading, Submission
from submissions.store.places import LIVE
from submissions.store.records import see_alert

HOUR = timedelta(hours=1)
MOST_ENDS = 20_000
FAULT_DAYS = 30
MOST_ALERTS = 500
STAFF = ("assistant", "instructor")
# What `queue` writes when a lease ran out.
UNHEARD = "was not heard of any more."

Ended = Row[datetime | None, datetime, datetime | None, int, str]


@dataclass(frozen=True)
class Waiting:
    """The queue at this moment. oldest_at: since when the one that waits longest waits. lost: leases of theirs."""

    live: int = 0
    regrades: int = 0
    running: int = 0
    lost: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True)
class WorkerRow:
    """A worker that was heard of in the last hour. heard_at: the last end of a grading, or now while it holds one."""

    name: str
    running: int
    ended: int
    heard_at: datetime


@dataclass(frozen=True)
class Fault:
    """Something of ours that went wrong. cause: broken_pack, lost_worker or engine. detail: not for everyone."""

    alert: Alert
    course: Course
    pack_id: str
    public_id: str
    cause: str
    detail: str


@dataclass(frozen=True)
class BrokenCheck:
    """A check that failed by itself, or with the name "" a pack that could not be run at all."""

    pack_id: str
    name: str
    times: int
    last_at: datetime | None


@dataclass(frozen=True)
class LastHour:
    """waits: seconds from handing in to the begin of grading, of live ones, sorted. ends: when gradings ended."""

    waits: tuple[float, ...]
    ends: tuple[datetime, ...]
    workers: tuple[WorkerRow, ...]


def waiting(db: Database) -> Waiting:
    """The queue: as many rows are counted as wait. One statement for what waits, one for what runs."""
    queued = (
        select(Grading.priority, func.count(), func.min(Grading.queued_at), _sum(Grading.lost_leases))
        .where(Grading.state == "queued")
        .group_by(Grading.priority)
    )
    with db.read() as session:
        rows = session.execute(queued).all()
        running = session.scalar(select(func.count()).select_from(Grading).where(Grading.state == "running")) or 0
    live = [row for row in rows if row[0] == LIVE]
    behind = [row for row in rows if row[0] != LIVE]
    return Waiting(
        live=sum(row[1] for row in live),
        regrades=sum(row[1] for row in behind),
        running=running,
        lost=sum(row[3] for row in rows),
        oldest_at=min((row[2] for row in live or behind), default=None),
    )


def _sum(column: ColumnElement[int] | object) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)  # type: ignore[arg-type]


def last_hour(db: Database) -> LastHour:
    """What ended in the last hour, and who did it."""
    now = utc_now()
    columns = (Grading.finished_at, Grading.queued_at, Grading.started_at, Grading.priority, Grading.worker)
    ended = select(*columns).where(Grading.finished_at >= now - HOUR).order_by(Grading.finished_at.desc())
    with db.read() as session:
        rows = session.execute(ended.limit(MOST_ENDS)).all()
        holding = session.scalars(select(Grading.worker).where(Grading.state == "running")).all()
    live = [row for row in rows if row.priority == LIVE and row.started_at is not None]
    return LastHour(
        waits=tuple(sorted(max(0.0, (row.started_at - row.queued_at).total_seconds()) for row in live)),
        ends=tuple(row.finished_at for row in rows if row.finished_at is not None),
        workers=tuple(_workers(rows, holding, now)),
    )


def _workers(rows: Sequence[Ended], holding: Sequence[str], now: datetime) -> Iterable[WorkerRow]:
    ends: dict[str, list[datetime]] = {name: [] for name in holding}
    for row in rows:
        ends.setdefault(row.worker, []).append(row.finished_at or now)
    for name in sorted(ends):
        running = holding.count(name)
        yield WorkerRow(name, running, len(ends[name]), now if running else max(ends[name]))


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The value that this share of all does not exceed; None of nothing."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


# -------------------------------------------------------------------------------------------------- faults


def staffed(db: Database, user_id: int, roles: Sequence[str] = STAFF) -> set[int]:
    """The courses in which somebody has one of these roles."""
    query = select(Enrolment.course_id).where(
        Enrolment.user_id == user_id, Enrolment.role.in_(roles), Enrolment.removed_at.is_(None)
    )
    with db.read() as session:
        return set(session.scalars(query))


def faults(db: Database, course_ids: Iterable[int] | None, count: int) -> list[Fault]:
    """What nobody has said to have seen yet, the latest first; of all courses for None."""
    query = (
        select(Alert, Course, Grading.pack_id, Submission.public_id, Grading.fault)
        .join(Course, Course.id == Alert.course_id)
        .outerjoin(Grading, Grading.id == Alert.grading_id)
        .outerjoin(Submission, Submission.id == Grading.submission_id)
        .where(Alert.seen_at.is_(None), _in(course_ids))
        .order_by(Alert.id.desc())
        .limit(count)
    )
    with db.read() as session:
        rows = session.execute(query).all()
    return [
        Fault(alert, course, pack_id or "", public_id or "", cause(alert), alert.detail or fault or "")
        for alert, course, pack_id, public_id, fault in rows
    ]


def cause(alert: Alert) -> str:
    """Of which kind a fault is."""
    if alert.kind == "broken_pack":
        return "broken_pack"
    return "lost_worker" if alert.detail.endswith(UNHEARD) else "engine"


def broken_checks(db: Database, course_ids: Iterable[int] | None) -> list[BrokenCheck]:
    """Which checks failed by themselves lately, by pack; from the last alerts."""
    since = utc_now() - timedelta(days=FAULT_DAYS)
    recent = (
        select(Alert.grading_id)
        .where(Alert.kind == "broken_pack", Alert.created_at >= since, _in(course_ids))
        .order_by(Alert.id.desc())
        .limit(MOST_ALERTS)
        .subquery()
    )
    broken = (CheckRow.grading_id == Grading.id) & (CheckRow.verdict == "broken")
    name, times = func.coalesce(CheckRow.name, ""), func.count()
    query = (
        select(Grading.pack_id, name, times, func.max(Grading.finished_at, type_=Grading.finished_at.type))
        .where(Grading.id.in_(select(recent.c.grading_id)))
        .outerjoin(CheckRow, broken)
        .group_by(Grading.pack_id, name)
        .order_by(times.desc(), Grading.pack_id, name)
    )
    with db.read() as session:
        return [BrokenCheck(*row) for row in session.execute(query)]


def see(db: Database, alert_id: int, user_id: int, course_ids: Iterable[int] | None) -> bool:
    """Somebody has seen it; whether there is such an alert in these courses."""
    with db.read() as session:
        known = session.scalar(select(Alert.id).where(Alert.id == alert_id, _in(course_ids))) is not None
    if known:
        see_alert(db, alert_id, user_id)
    return known


def _in(course_ids: Iterable[int] | None) -> ColumnElement[bool]:
    return true() if course_ids is None else Alert.course_id.in_(set(course_ids))


def database_bytes(db: Database) -> int:
    """How large the database is."""
    question = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    if not db.is_sqlite:
        question = "SELECT pg_database_size(current_database())"
    with db.read() as session:
        return int(session.execute(text(question)).scalar_one())
