"""What the pages of regrades read: runs with their progress, and what each of their submissions would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment
from submissions.models.people import User
from submissions.models.records import RegradeRequest
from submissions.models.regrades import OPEN, RegradeItem, RegradeRun
from submissions.models.work import Grading, Submission

SHOWS = ("all", "changes", "losses")
# Of the end that is near nothing is said before so many have ended.
ENOUGH = 3


@dataclass(frozen=True)
class Progress:
    """How many submissions a run has, by state; how many of them change, gain and lose points."""

    states: Mapping[str, int] = field(default_factory=dict)
    differing: int = 0
    gaining: int = 0
    losing: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        """Those that have no result yet."""
        return self.states.get("waiting", 0)

    @property
    def ended(self) -> int:
        """Those that have one, or never will."""
        return self.total - self.waiting


@dataclass(frozen=True)
class RunRow:
    """A run with who began it and how far it is. phase: the run's state, or "ready" for a dry run that has ended."""

    run: RegradeRun
    assignment: Assignment
    author: str
    decider: str
    progress: Progress

    @property
    def phase(self) -> str:
        """Where it is, as a person sees it."""
        ready = self.run.state == "grading" and not self.progress.waiting
        return "ready" if ready else self.run.state

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes if it goes on as it went so far; None while that can't be told."""
        if self.run.state != "grading" or self.progress.ended < ENOUGH:
            return None
        took = (utc_now() - self.run.created_at).total_seconds()
        return took / self.progress.ended * self.progress.waiting


@dataclass(frozen=True)
class Made:
    """What a grading was made with."""

    pack_version: str
    pack_digest: str
    engine_version: str


@dataclass(frozen=True)
class Change:
    """One submission of a run. standing_before, standing_after: the student's score in the assignment, now, and if all
    of the run that has a result counted.
    """

    item: RegradeItem
    submission: Submission
    name: str
    login: str
    made_before: Made | None
    made_after: Made | None
    standing_before: float | None = None
    standing_after: float | None = None


@dataclass(frozen=True)
class Wish:
    """A student's open request, with what it is about."""

    request: RegradeRequest
    submission: Submission
    assignment: Assignment
    name: str


def runs(db: Database, course_id: int, before: int | None, count: int) -> list[RunRow]:
    """A page of a course's runs, the latest first. Only those that are not decided are counted. Two statements."""
    query = _runs(course_id).order_by(RegradeRun.id.desc()).limit(count)
    if before is not None:
        query = query.where(RegradeRun.id < before)
    with db.read() as session:
        found = session.execute(query).all()
        progress = _progress(session, [run.id for run, *_ in found if run.state in OPEN])
    return [RunRow(*row, progress.get(row[0].id, Progress())) for row in found]


def run_of(db: Database, course_id: int, run_id: int) -> RunRow | None:
    """One run of a course. Two statements."""
    with db.read() as session:
        found = session.execute(_runs(course_id).where(RegradeRun.id == run_id)).one_or_none()
        if found is None:
            return None
        return RunRow(*found, _progress(session, [run_id])[run_id])


def _runs(course_id: int) -> Select[RegradeRun, Assignment, str, str]:
    decider = aliased(User)
    return (
        select(RegradeRun, Assignment, User.name, func.coalesce(decider.name, ""))
        .join(Assignment, Assignment.id == RegradeRun.assignment_id)
        .join(User, User.id == RegradeRun.created_by)
        .outerjoin(decider, decider.id == RegradeRun.decided_by)
        .where(RegradeRun.course_id == course_id)
    )


def _progress(session: Session, run_ids: Sequence[int]) -> dict[int, Progress]:
    def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    sums = (
        counted(RegradeItem.differs.is_(True)),
        counted(and_(RegradeItem.differs.is_(True), RegradeItem.change > 0)),
        counted(and_(RegradeItem.differs.is_(True), RegradeItem.change < 0)),
    )
    query = select(RegradeItem.run_id, RegradeItem.state, func.count(), *sums)
    query = query.where(RegradeItem.run_id.in_(run_ids)).group_by(RegradeItem.run_id, RegradeItem.state)
    found: defaultdict[int, list[tuple[str, int, int, int, int]]] = defaultdict(list)
    for run_id, state, number, differing, gaining, losing in session.execute(query):
        found[run_id].append((state, number, differing, gaining, losing))
    return {run_id: _summed(found[run_id]) for run_id in run_ids}


def _summed(rows: Sequence[tuple[str, int, int, int, int]]) -> Progress:
    states = {state: number for state, number, *_ in rows}
    return Progress(states, sum(row[2] for row in rows), sum(row[3] for row in rows), sum(row[4] for row in rows))


# ------------------------------------------------------------------------------------------------- changes


def changes(db: Database, row: RunRow, show: str = "all", offset: int = 0, count: int | None = None) -> list[Change]:
    """A page of what a run would change (or all of it): the greatest losses first where only changes are shown."""
    before, after = aliased(Grading), aliased(Grading)
    query = (
        select(RegradeItem, Submission, User.name, User.login, *_made(before), *_made(after))
        .join(Submission, Submission.id == RegradeItem.submission_id)
        .join(User, User.id == RegradeItem.user_id)
        .outerjoin(before, before.id == RegradeItem.grading_before)
        .outerjoin(after, after.id == RegradeItem.grading_id)
        .where(*_shown(row.run.id, show))
        .order_by(*_order(show))
        .offset(offset)
        .limit(count)
    )
    with db.read() as session:
        found = session.execute(query).all()
        standings = _standings(session, row, {item.user_id for item, *_ in found})
    return [
        Change(item, submission, name, login, _told(rest[:3]), _told(rest[3:]), *standings[item.user_id])
        for item, submission, name, login, *rest in found
    ]


def how_many(progress: Progress, show: str) -> int:
    """How many submissions a filter leaves."""
    return {"all": progress.total, "changes": progress.differing, "losses": progress.losing}[show]


def _shown(run_id: int, show: str) -> list[ColumnElement[bool]]:
    conditions = [RegradeItem.run_id == run_id]
    if show != "all":
        conditions.append(RegradeItem.differs.is_(True))
    if show == "losses":
        conditions.append(RegradeItem.change < 0)
    return conditions


def _order(show: str) -> Sequence[ColumnElement[Any]]:
    last = RegradeItem.submission_id.asc()
    return [last] if show == "all" else [RegradeItem.change.asc(), last]


def _made(grading: type[Grading]) -> tuple[ColumnElement[str], ...]:
    columns = (grading.pack_version, grading.pack_digest, grading.engine_version)
    return tuple(column.label(None) for column in columns)


def _told(values: Sequence[str | None]) -> Made | None:
    version, digest, engine = values
    return None if version is None or not engine else Made(version, digest or "", engine)


def _standings(session: Session, row: RunRow, users: Iterable[int]) -> dict[int, tuple[float | None, float | None]]:
    """Each student's score in the assignment, as it counts and as it would."""
    mine = (Submission.assignment_id == row.assignment.id, Submission.user_id.in_(set(users)))
    new = and_(
        RegradeItem.run_id == row.run.id,
        RegradeItem.submission_id == Submission.id,
        RegradeItem.state.in_(("done", "chosen")),
    )
    query = (
        select(Submission.user_id, Submission.score, RegradeItem.score_after)
        .outerjoin(RegradeItem, new)
        .where(*mine)
        .order_by(Submission.user_id, Submission.attempt)
    )
    scores: defaultdict[int, list[tuple[float | None, float | None]]] = defaultdict(list)
    for user_id, score, after in session.execute(query):
        scores[user_id].append((score, score if after is None else after))
    counts = row.assignment.counts
    return {
        user_id: (counting([now for now, _ in pairs], counts), counting([then for _, then in pairs], counts))
        for user_id, pairs in scores.items()
    }


def counting(scores: Iterable[float | None], counts: str) -> float | None:
    """The score that counts of these, in the order of attempts: the last or the best."""
    known = [score for score in scores if score is not None]
    if not known:
        return None
    return known[-1] if counts == "last" else max(known)


def makers(db: Database, run_id: int) -> list[tuple[Made | None, Made | None, int]]:
    """With which versions the gradings were made, before and after, and how many submissions that is."""
    before, after = aliased(Grading), aliased(Grading)
    columns = (*_made(before), *_made(after))
    query = (
        select(*columns, func.count())
        .select_from(RegradeItem)
        .outerjoin(before, before.id == RegradeItem.grading_before)
        .join(after, after.id == RegradeItem.grading_id)
        .where(RegradeItem.run_id == run_id, RegradeItem.state.not_in(("waiting", "failed", "cancelled")))
        .group_by(*columns)
        .order_by(func.count().desc())
    )
    with db.read() as session:
        return [(_told(made[:3]), _told(made[3:]), number) for *made, number in session.execute(query).all()]


def wishes(db: Database, course_id: int, count: int) -> list[Wish]:
    """The students' open requests of a course, the oldest first. One statement."""
    query = _wishes(course_id).where(RegradeRequest.state == "open").order_by(RegradeRequest.id).limit(count)
    with db.read() as session:
        return [Wish(*row) for row in session.execute(query)]


def wish_of(db: Database, course_id: int, request_id: int) -> Wish | None:
    """One request of a course, whatever became of it."""
    with db.read() as session:
        found = session.execute(_wishes(course_id).where(RegradeRequest.id == request_id)).one_or_none()
    return Wish(*found) if found is not None else None


def _wishes(course_id: int) -> Select[RegradeRequest, Submission, Assignment, str]:
    return (
        select(RegradeRequest, Submission, Assignment, User.name)
        .join(Submission, Submission.id == RegradeRequest.submission_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(User, User.id == RegradeRequest.user_id)
        .where(Assignment.course_id == course_id)
    )
