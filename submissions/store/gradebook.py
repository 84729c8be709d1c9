"""What the gradebook reads: from `standings`, whose rows grow with students and assignments and not with attempts.

A page is one window of students, found, ordered and cut by the database, and then the marks of these alone. Files read
everybody's marks, in one statement each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.people import Enrolment, User
from submissions.models.records import Override
from submissions.models.work import CheckRow, Standing, Submission

PAGE = 50
SORTS = ("name", "login", "total")
SHOWN = ("missing", "late", "overridden")


@dataclass(frozen=True)
class Wanted:
    """What a page shows. sort: one of SORTS, or an assignment's id. show: one of SHOWN, "" for everybody.

    assignment_id: which assignment `show` is about, None for any of the course.
    """

    sort: str | int = "name"
    descending: bool = False
    text: str = ""
    show: str = ""
    assignment_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class Mark:
    """A student in an assignment. public_id and state: of the submission that counts, or of the last without one."""

    assignment_id: int
    user_id: int
    submitted: int
    score: float | None
    public_id: str | None = None
    state: str | None = None
    late_seconds: int = 0
    overridden: bool = False
    last_submitted_at: datetime | None = None


@dataclass(frozen=True)
class Student:
    """A row of the gradebook."""

    id: int
    login: str
    name: str
    email: str
    total: float | None


@dataclass(frozen=True)
class Window:
    """Some students of `count`, with their marks by (student, assignment)."""

    students: tuple[Student, ...]
    marks: dict[tuple[int, int], Mark]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.count // PAGE))


def window(db: Database, course_id: int, assignments: Sequence[int], wanted: Wanted) -> Window:
    """The page that is wanted, or the last one where there are fewer."""
    with db.read() as session:
        chosen = _filtered(_students(course_id), assignments, wanted)
        count = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        page = min(max(1, wanted.page), max(1, -(-count // PAGE)))
        found = _ordered(chosen, assignments, wanted).limit(PAGE).offset((page - 1) * PAGE)
        rows = session.execute(found).all()
        ids = [row.id for row in rows]
        marks = _marks(session, assignments, Standing.user_id.in_(ids)) if ids else {}
    students = (_student(row, assignments, marks) for row in rows)
    return Window(tuple(students), marks, count, page)


def everybody(db: Database, course_id: int, assignments: Sequence[int]) -> Window:
    """All students of a course by their logins, for a file."""
    members = select(Enrolment.user_id).where(*_studying(course_id))
    with db.read() as session:
        rows = session.execute(_students(course_id).order_by(User.login)).all()
        marks = _marks(session, assignments, Standing.user_id.in_(members))
    return Window(tuple(_student(row, assignments, marks) for row in rows), marks, len(rows), 1)


def check_points(db: Database, assignment_id: int) -> dict[int, dict[str, float]]:
    """By student and check, the points of the submission that counts, with people's overrides, before lateness."""
    counted = Standing.counted_submission_id == Submission.id
    query = (
        select(Standing.user_id, CheckRow.name, CheckRow.points)
        .join(Submission, counted)
        .join(CheckRow, CheckRow.grading_id == Submission.published_grading_id)
        .where(Standing.assignment_id == assignment_id)
    )
    given = (
        select(Standing.user_id, Override.check_name, Override.points)
        .join(Override, Override.submission_id == Standing.counted_submission_id)
        .where(Standing.assignment_id == assignment_id, Override.revoked_at.is_(None), Override.check_name != "")
        .order_by(Override.id)
    )
    found: dict[int, dict[str, float]] = {}
    with db.read() as session:
        for query_of in (query, given):
            for user_id, name, points in session.execute(query_of):
                found.setdefault(user_id, {})[name] = points
    return found


# ---------------------------------------------------------------------------------------------- the window


def _studying(course_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Enrolment.course_id == course_id, Enrolment.role == "student", Enrolment.removed_at.is_(None))


def _students(course_id: int) -> Select[Any]:
    columns: tuple[Any, ...] = (User.id, User.login, User.name, User.email)
    query = select(*columns).join(Enrolment, Enrolment.user_id == User.id)
    return query.where(*_studying(course_id))


def _filtered(query: Select[Any], assignments: Sequence[int], wanted: Wanted) -> Select[Any]:
    if wanted.text:
        query = query.where(matches(wanted.text))
    if wanted.show not in SHOWN:
        return query
    about = [wanted.assignment_id] if wanted.assignment_id is not None else list(assignments)
    mine = (Standing.user_id == User.id, Standing.assignment_id.in_(about))
    if wanted.show == "missing":
        handed_in = select(func.count()).select_from(Standing).where(*mine, Standing.submitted > 0)
        return query.where(handed_in.correlate(User).scalar_subquery() < len(about))
    if wanted.show == "late":
        late = and_(Submission.id == Standing.counted_submission_id, Submission.late_seconds > 0)
        return query.where(exists().where(*mine).where(late))
    return query.where(exists().where(*mine).where(_in_force(Standing.counted_submission_id)))


def matches(words: str) -> ColumnElement[bool]:
    """Whoever has these words in name, login or email. The database folds the case of ASCII alone, so we try both."""
    pattern = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\0", "")
    columns = (User.name, User.login, User.email)
    tried = {f"%{form}%" for form in (pattern, pattern.casefold(), pattern.title())}
    return or_(*(column.ilike(form, escape="\\") for column in columns for form in tried))


def _in_force(submission_id: object) -> ColumnElement[bool]:
    return and_(Override.submission_id == submission_id, Override.revoked_at.is_(None))


def _ordered(query: Select[Any], assignments: Sequence[int], wanted: Wanted) -> Select[Any]:
    if wanted.sort == "login":
        keys: list[ColumnElement[Any]] = [User.login.expression]
    elif wanted.sort == "name" or not assignments:
        keys = [func.lower(User.name)]
    else:
        about = list(assignments) if wanted.sort == "total" else [int(wanted.sort)]
        sums = (
            select(Standing.user_id, func.sum(Standing.score).label("points"))
            .where(Standing.assignment_id.in_(about))
            .group_by(Standing.user_id)
            .subquery()
        )
        query = query.outerjoin(sums, sums.c.user_id == User.id)
        keys = [func.coalesce(sums.c.points, -1.0)]  # nothing at all is less than no points
    directed = [key.desc() if wanted.descending else key.asc() for key in keys]
    return query.order_by(*directed, User.login)


# ------------------------------------------------------------------------------------------------ the marks


def _marks(session: Session, assignments: Sequence[int], whose: ColumnElement[bool]) -> dict[tuple[int, int], Mark]:
    shown = func.coalesce(Standing.counted_submission_id, Standing.last_submission_id)
    overridden = exists().where(_in_force(Submission.id)).correlate(Submission)
    query = (
        select(
            Standing.assignment_id, Standing.user_id, Standing.submitted, Standing.score, Submission.public_id,
            Submission.state, func.coalesce(Submission.late_seconds, 0), overridden, Standing.last_submitted_at,
        )
        .outerjoin(Submission, Submission.id == shown)
        .where(Standing.assignment_id.in_(list(assignments)), whose)
    )  # fmt: skip
    return {(row[1], row[0]): Mark(*row[:7], bool(row[7]), row[8]) for row in session.execute(query)}


def _student(row: Row[Any], assignments: Sequence[int], marks: dict[tuple[int, int], Mark]) -> Student:
    user_id, login, name, email = tuple(row)
    scores = [mark.score for key in assignments if (mark := marks.get((user_id, key))) and mark.score is not None]
    return Student(user_id, login, name, email, sum(scores) if scores else None)
