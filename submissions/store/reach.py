"""What an address names, and who the asking person is there: one short transaction for each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import and_, select
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
        assignment, course, role = _place(session, user_id, names, work)
        other = _submission(session, names.get("other"))
        if other is not None and not _comparable(submission, other):
            raise NothingThereError
        student = _student(session, names.get("user_id"), course)
        return Reach(course, role, assignment, submission, batch, other, student)


def _submission(session: Session, public_id: str | int | None) -> Submission | None:
    if public_id is None:
        return None
    return _there(session.scalar(select(Submission).where(Submission.public_id == str(public_id))))


def _batch(session: Session, batch: str | int | None) -> tuple[Submission, ...]:
    """The submissions of a batch, all of one student in one course."""
    if batch is None:
        return ()
    query = select(Submission, Assignment.course_id).join(Assignment, Assignment.id == Submission.assignment_id)
    found = session.execute(query.where(Submission.batch == str(batch)).order_by(Submission.id)).all()
    if len({(submission.user_id, course_id) for submission, course_id in found}) != 1:
        raise NothingThereError
    return tuple(submission for submission, _ in found)


def _place(
    session: Session, user_id: int | None, names: Names, work: Submission | None
) -> tuple[Assignment | None, Course, str | None]:
    """The assignment and course that are named, or that the work was handed in for; and the asking person's role.

    An assignment that was removed can't be named any more, but what was handed in for it stays to be seen.
    """
    mine = and_(Enrolment.course_id == Course.id, Enrolment.user_id == user_id, Enrolment.removed_at.is_(None))
    assignment_id = names.get("assignment_id", work.assignment_id if work else None)
    if assignment_id is None:
        by_slug = select(Course, Enrolment.role).outerjoin(Enrolment, mine).where(Course.slug == str(names.get("slug")))
        course, role = _there(session.execute(by_slug).one_or_none())
        return None, course, role
    query = select(Assignment, Course, Enrolment.role).join(Course, Course.id == Assignment.course_id)
    query = query.outerjoin(Enrolment, mine).where(Assignment.id == int(assignment_id))
    assignment, course, role = _there(session.execute(query).one_or_none())
    is_gone = "assignment_id" in names and assignment.removed_at is not None
    if is_gone or (work and work.assignment_id != assignment.id) or names.get("slug", course.slug) != course.slug:
        raise NothingThereError
    return assignment, course, role


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
