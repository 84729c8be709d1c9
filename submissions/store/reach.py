"""What an address names, and who the asking person is there: one short transaction for each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.courses import Assignment, Course
from submissions.models.people import Enrolment, User
from submissions.models.work import Submission

Row = TypeVar("Row")
Names = Mapping[str, str | int]


class NothingThereError(Exception):
    """Something that the address names doesn't exist, or two of its names don't belong together."""


@dataclass(frozen=True)
class Reach:
    """What the arguments of an address name. role: of the asking person in `course`, None for a stranger.

    batch: the submissions of one batch. other: the second submission of a comparison, by the same student for the same
    assignment. student: the person named, who is or was a member of the course.
    """

    course: Course
    role: str | None
    assignment: Assignment | None = None
    submission: Submission | None = None
    batch: tuple[Submission, ...] = ()
    other: Submission | None = None
    student: User | None = None


def reach(db: Database, user_id: int | None, names: Names) -> Reach:
    """Resolve slug, assignment_id, public_id, batch, other and user_id. Raises NothingThereError."""
    with db.read() as session:
        submission = _submission(session, names.get("public_id"))
        batch = _batch(session, names.get("batch"))
        work = submission or next(iter(batch), None)
        assignment = _assignment(session, names.get("assignment_id"), work)
        course = _course(session, names.get("slug"), assignment)
        other = _submission(session, names.get("other"))
        if other is not None and not _comparable(submission, other):
            raise NothingThereError
        student = _student(session, names.get("user_id"), course)
        return Reach(course, role_in(session, user_id, course.id), assignment, submission, batch, other, student)


def role_in(session: Session, user_id: int | None, course_id: int) -> str | None:
    """What a person is in a course."""
    mine = (Enrolment.user_id == user_id, Enrolment.course_id == course_id, Enrolment.removed_at.is_(None))
    return None if user_id is None else session.scalar(select(Enrolment.role).where(*mine))


def _submission(session: Session, public_id: str | int | None) -> Submission | None:
    if public_id is None:
        return None
    return _there(session.scalar(select(Submission).where(Submission.public_id == str(public_id))))


def _batch(session: Session, batch: str | int | None) -> tuple[Submission, ...]:
    if batch is None:
        return ()
    found = tuple(session.scalars(select(Submission).where(Submission.batch == str(batch)).order_by(Submission.id)))
    if len({submission.user_id for submission in found}) != 1:
        raise NothingThereError
    return found


def _assignment(session: Session, assignment_id: str | int | None, work: Submission | None) -> Assignment | None:
    """The one named, unless it was removed; or the one the work was handed in for, which stays to be seen."""
    if assignment_id is None:
        return None if work is None else session.get_one(Assignment, work.assignment_id)
    found = _there(session.get(Assignment, int(assignment_id)))
    if found.removed_at is not None or (work is not None and work.assignment_id != found.id):
        raise NothingThereError
    return found


def _course(session: Session, slug: str | int | None, assignment: Assignment | None) -> Course:
    if slug is None:
        return _there(session.get(Course, assignment.course_id) if assignment is not None else None)
    found = _there(session.scalar(select(Course).where(Course.slug == str(slug))))
    if assignment is not None and assignment.course_id != found.id:
        raise NothingThereError
    return found


def _student(session: Session, user_id: str | int | None, course: Course) -> User | None:
    if user_id is None:
        return None
    known = session.get(Enrolment, (int(user_id), course.id)) is not None
    return _there(session.get(User, int(user_id)) if known else None)


def _comparable(submission: Submission | None, other: Submission) -> bool:
    return submission is not None and (submission.user_id, submission.assignment_id) == (
        other.user_id,
        other.assignment_id,
    )


def _there(row: Row | None) -> Row:
    if row is None:
        raise NothingThereError
    return row
