"""What the view of a class reads: summaries, and the students behind a number. No submissions are counted here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select

from grader.report import Report
from submissions.db import Database
from submissions.models.people import Enrolment, User
from submissions.models.summaries import StudentCheck, StudentMistake, Tally
from submissions.models.work import Grading, Source, Submission
from submissions.store.facts import Counts

# So many graded attempts in a row that end at the same mistake of the same check: a student is stuck.
STUCK_AFTER = 3
# The specimen of a mistake is chosen among so many, the latest ones.
SPECIMENS = 25
_OVERVIEW = ("submitted", "passing", "full", "score")


@dataclass(frozen=True)
class Person:
    """A student as a list names him."""

    id: int
    name: str
    login: str


@dataclass(frozen=True)
class Trouble:
    """A student's mistake at a check, with its latest submission. See `StudentMistake`."""

    person: Person
    check_name: str
    code: str
    times: int
    streak: int
    first_at: datetime
    overcome_at: datetime | None
    overcome_after: int | None
    public_id: str


@dataclass(frozen=True)
class Trial:
    """A student at a check. See `StudentCheck`."""

    person: Person
    first_verdict: str
    latest_verdict: str
    attempts: int
    attempts_to_pass: int | None


@dataclass(frozen=True)
class Passage:
    """A student's way through a mistake, without the student's name."""

    user_id: int
    first_at: datetime
    overcome_at: datetime | None
    overcome_after: int | None


@dataclass(frozen=True)
class Specimen:
    """A submission that shows a mistake, and by whose names its author could be known."""

    source: str
    kind: str
    report: Report | None
    author: tuple[str, ...]
    others: tuple[str, ...]


def tallies(db: Database, assignments: Iterable[int], *, overview: bool = False) -> dict[int, Counts]:
    """The tallies of these assignments; with `overview` only those of scores and mistakes. One statement."""
    wanted = list(assignments)
    query = select(Tally).where(Tally.assignment_id.in_(wanted), Tally.count > 0)
    if overview:
        query = query.where(or_(Tally.subject.in_(_OVERVIEW), Tally.subject.startswith("mistake:", autoescape=True)))
    found: dict[int, Counts] = {assignment_id: {} for assignment_id in wanted}
    with db.read() as session:
        for row in session.scalars(query):
            found[row.assignment_id].setdefault(row.subject, {})[row.bucket] = row.count
    return found


def enrolled(db: Database, course_id: int) -> int:
    """How many students a course has. One statement."""
    students = _students(course_id)
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Enrolment).where(students)) or 0


def stuck_counts(db: Database, assignments: Iterable[int]) -> dict[int, int]:
    """How many students are stuck in each of these assignments. One statement."""
    query = (
        select(StudentMistake.assignment_id, func.count(distinct(StudentMistake.user_id)))
        .where(StudentMistake.assignment_id.in_(list(assignments)), StudentMistake.streak >= STUCK_AFTER)
        .group_by(StudentMistake.assignment_id)
    )
    with db.read() as session:
        return {assignment_id: count for assignment_id, count in session.execute(query)}  # noqa: C416 - Rows are no pairs


def stuck(db: Database, assignment_id: int, most: int | None = None) -> list[Trouble]:
    """Who is stuck at what, the longest first. One statement."""
    query = _troubles(assignment_id).where(StudentMistake.streak >= STUCK_AFTER)
    query = query.order_by(StudentMistake.streak.desc(), StudentMistake.first_at, StudentMistake.user_id).limit(most)
    with db.read() as session:
        return [_trouble(row) for row in session.execute(query)]


def with_mistake(db: Database, assignment_id: int, code: str, most: int | None = None, after: int = 0) -> list[Trouble]:
    """Who ever got this diagnosis, at each check; those first with whom it is open, then by how often."""
    row = StudentMistake
    query = _troubles(assignment_id).where(row.code == code)
    query = query.order_by(row.overcome_at.is_not(None), row.times.desc(), row.first_at, row.user_id, row.check_name)
    with db.read() as session:
        return [_trouble(row) for row in session.execute(query.limit(most).offset(after))]


def gone_through(db: Database, assignment_id: int, code: str) -> list[Passage]:
    """Everybody's way through a mistake, in few columns. One statement."""
    row = StudentMistake
    query = select(row.user_id, row.first_at, row.overcome_at, row.overcome_after)
    with db.read() as session:
        found = session.execute(query.where(row.assignment_id == assignment_id, row.code == code))
        return [Passage(*columns) for columns in found]


def at_check(db: Database, assignment_id: int, check_name: str, most: int | None = None, after: int = 0) -> list[Trial]:
    """Who has been graded at this check, those first who don't pass it. One statement."""
    query = (
        select(StudentCheck, User.name, User.login)
        .join(User, User.id == StudentCheck.user_id)
        .where(StudentCheck.assignment_id == assignment_id, StudentCheck.check_name == check_name)
        .order_by(StudentCheck.latest_verdict == "passed", StudentCheck.attempts.desc(), StudentCheck.user_id)
        .limit(most)
        .offset(after)
    )
    with db.read() as session:
        return [_trial(row, Person(row.user_id, name, login)) for row, name, login in session.execute(query)]


def specimen(db: Database, assignment_id: int, course_id: int, code: str) -> Specimen | None:
    """A submission of middling length among the latest with this diagnosis. At most four statements."""
    recent = (
        select(Submission.id)
        .join(StudentMistake, StudentMistake.last_submission_id == Submission.id)
        .where(StudentMistake.assignment_id == assignment_id, StudentMistake.code == code)
        .order_by(StudentMistake.last_submission_id.desc())
        .limit(SPECIMENS)
    )
    with db.read() as session:
        sized = select(Submission.id).where(Submission.id.in_(recent.scalar_subquery()))
        found = session.scalars(sized.order_by(Submission.size, Submission.id)).all()
        if not found:
            return None
        query = (
            select(Submission, Source.content, User, Grading.report)
            .join(Source, Source.submission_id == Submission.id)
            .join(User, User.id == Submission.user_id)
            .outerjoin(Grading, Grading.id == Submission.published_grading_id)
            .where(Submission.id == found[len(found) // 2])
        )
        submission, content, author, record = session.execute(query).one()
        names = select(User.name, User.login).join(Enrolment, Enrolment.user_id == User.id)
        others = [word for row in session.execute(names.where(Enrolment.course_id == course_id)) for word in row]
    return Specimen(
        source=content.decode("utf-8", "replace").removeprefix("\ufeff"),
        kind=submission.kind,
        report=Report.from_record(record) if record else None,
        author=(author.name, author.login, author.email),
        others=tuple(others),
    )


def _students(course_id: int) -> ColumnElement[bool]:
    return and_(Enrolment.course_id == course_id, Enrolment.role == "student", Enrolment.removed_at.is_(None))


def _troubles(assignment_id: int) -> Select[StudentMistake, str, str, str]:
    return (
        select(StudentMistake, User.name, User.login, Submission.public_id)
        .join(User, User.id == StudentMistake.user_id)
        .join(Submission, Submission.id == StudentMistake.last_submission_id)
        .where(StudentMistake.assignment_id == assignment_id)
    )


def _trial(row: StudentCheck, person: Person) -> Trial:
    return Trial(person, row.first_verdict, row.latest_verdict, row.attempts, row.attempts_to_pass)


def _trouble(found: Sequence[Any]) -> Trouble:
    row, name, login, public_id = found
    return Trouble(
        person=Person(row.user_id, name, login),
        check_name=row.check_name,
        code=row.code,
        times=row.times,
        streak=row.streak,
        first_at=row.first_at,
        overcome_at=row.overcome_at,
        overcome_after=row.overcome_after,
        public_id=public_id,
    )
