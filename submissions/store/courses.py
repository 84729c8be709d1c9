"""Courses, their assignments and tracks, and the exceptions made for single students."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Course, Extension
from submissions.models.people import Enrolment
from submissions.store.records import audit
from submissions.store.results import apply_rules

# No letter or digit that is mistaken for another when read aloud or from a blackboard.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8

COURSE_FIELDS = frozenset({"title_en", "title_zh", "timezone", "code", "archived_at"})
RULES = frozenset(
    "track position opens_at due_at late_policy late_percent late_until attempt_limit cooldown_seconds counts "
    "results_open_at max_score".split()
)


def new_code() -> str:
    """A code that enrols whoever types it: 31**8 of them, so guessing one is hopeless at the pace of a rate limit."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


# ----------------------------------------------------------------------------------------------- courses


def create_course(db: Database, course: Course, actor_id: int | None = None) -> Course:
    """Store a new course; whoever created it becomes its instructor. An `IntegrityError` if its slug is taken."""
    with db.write() as session:
        session.add(course)
        session.flush()
        if actor_id is not None:
            session.add(Enrolment(user_id=actor_id, course_id=course.id, role="instructor"))
        audit(
            session, actor_id, "course.create", f"course:{course.id}", course_id=course.id, after={"slug": course.slug}
        )
    return course


def change_course(db: Database, course_id: int, actor_id: int | None, **changes: Any) -> Course:
    """Change what COURSE_FIELDS names; the audit log keeps the values before and after."""
    with db.write() as session:
        course = session.get_one(Course, course_id)
        _change(session, course, COURSE_FIELDS, changes, actor_id=actor_id, course_id=course_id, subject="course")
    return course


def course_by_slug(db: Database, slug: str) -> Course | None:
    """The course with this name in addresses."""
    with db.read() as session:
        return session.scalar(select(Course).where(Course.slug == slug))


def courses(db: Database, *, archived: bool = False) -> list[Course]:
    """Every course that is (not) archived, the newest first."""
    condition = Course.archived_at.is_not(None) if archived else Course.archived_at.is_(None)
    with db.read() as session:
        return list(session.scalars(select(Course).where(condition).order_by(Course.id.desc())))


# ------------------------------------------------------------------------------------------- assignments


def add_assignment(db: Database, assignment: Assignment, actor_id: int | None = None) -> Assignment:
    """Store a new assignment, after the others of its course unless it has a position."""
    with db.write() as session:
        if not assignment.position:
            last = select(func.max(Assignment.position)).where(Assignment.course_id == assignment.course_id)
            assignment.position = (session.scalar(last) or 0) + 1
        session.add(assignment)
        session.flush()
        audit(
            session,
            actor_id,
            "assignment.create",
            f"assignment:{assignment.id}",
            course_id=assignment.course_id,
            after={"pack_id": assignment.pack_id},
        )
    return assignment


def change_assignment(db: Database, assignment_id: int, actor_id: int | None, **changes: Any) -> Assignment:
    """Change what RULES names. Scores already given stay as they are until `results.reapply_rules`."""
    with db.write() as session:
        alter_assignment(session, assignment_id, actor_id, changes)
        return session.get_one(Assignment, assignment_id)


def alter_assignment(
    session: Session, assignment_id: int, actor_id: int | None, changes: dict[str, Any]
) -> frozenset[str]:
    """`change_assignment` as part of the caller's transaction; gives the names of what is another value now."""
    found = session.get_one(Assignment, assignment_id)
    return _change(session, found, RULES, changes, actor_id=actor_id, course_id=found.course_id, subject="assignment")


def remove_assignment(db: Database, assignment_id: int, actor_id: int | None) -> None:
    """Take an assignment off the course; what was handed in stays."""
    with db.write() as session:
        found = session.get_one(Assignment, assignment_id)
        if found.removed_at is None:
            found.removed_at = utc_now()
            audit(session, actor_id, "assignment.remove", f"assignment:{found.id}", course_id=found.course_id)


def assignment(db: Database, assignment_id: int) -> Assignment | None:
    """One assignment, unless it was removed."""
    with db.read() as session:
        return session.scalar(select(Assignment).where(Assignment.id == assignment_id, Assignment.removed_at.is_(None)))


def assignments(db: Database, course_id: int, track: str | None = None) -> list[Assignment]:
    """A course's assignments in their order; with `track` those of this track alone."""
    query = select(Assignment).where(Assignment.course_id == course_id, Assignment.removed_at.is_(None))
    if track is not None:
        query = query.where(Assignment.track == track)
    with db.read() as session:
        return list(session.scalars(query.order_by(Assignment.position, Assignment.id)))


def tracks(db: Database, course_id: int) -> list[str]:
    """The tracks of a course, in the order of their first assignment."""
    names = dict.fromkeys(found.track for found in assignments(db, course_id))
    return [name for name in names if name]


# -------------------------------------------------------------------------------------------- extensions


def grant_extension(db: Database, extension: Extension) -> Extension:
    """Give a student more time or attempts; it replaces the one granted before.

    What he had handed in late is scored anew.
    """
    with db.write() as session:
        course_id = session.get_one(Assignment, extension.assignment_id).course_id
        found = _extension(session, extension.assignment_id, extension.user_id)
        before = _extension_record(found) if found else None
        if found is None:
            session.add(extension)
            found = extension
        else:
            found.due_at, found.extra_attempts = extension.due_at, extension.extra_attempts
            found.reason, found.granted_by, found.granted_at = extension.reason, extension.granted_by, utc_now()
        session.flush()
        audit(
            session,
            extension.granted_by,
            "extension.grant",
            f"assignment:{extension.assignment_id}/user:{extension.user_id}",
            course_id=course_id,
            before=before,
            after=_extension_record(found),
            reason=extension.reason,
        )
        apply_rules(session, extension.assignment_id, extension.user_id)
    return found


def withdraw_extension(db: Database, assignment_id: int, user_id: int, actor_id: int) -> None:
    """Take an extension back; no error where there is none."""
    with db.write() as session:
        found = _extension(session, assignment_id, user_id)
        if found is None:
            return
        course_id = session.get_one(Assignment, assignment_id).course_id
        subject = f"assignment:{assignment_id}/user:{user_id}"
        before = _extension_record(found)
        audit(session, actor_id, "extension.withdraw", subject, course_id=course_id, before=before)
        session.delete(found)
        session.flush()
        apply_rules(session, assignment_id, user_id)


def extension(db: Database, assignment_id: int, user_id: int) -> Extension | None:
    """What was granted to this student."""
    with db.read() as session:
        return _extension(session, assignment_id, user_id)


def extensions(db: Database, assignment_id: int) -> list[Extension]:
    """Everything granted in this assignment, the latest first."""
    query = select(Extension).where(Extension.assignment_id == assignment_id).order_by(Extension.granted_at.desc())
    with db.read() as session:
        return list(session.scalars(query))


def _extension(session: Session, assignment_id: int, user_id: int) -> Extension | None:
    return session.scalar(
        select(Extension).where(Extension.assignment_id == assignment_id, Extension.user_id == user_id)
    )


def _extension_record(extension: Extension) -> dict[str, Any]:
    return {"due_at": _plain(extension.due_at), "extra_attempts": extension.extra_attempts}


# ----------------------------------------------------------------------------------------------- changes


def _change(
    session: Session,
    row: Course | Assignment,
    allowed: frozenset[str],
    changes: dict[str, Any],
    *,
    actor_id: int | None,
    course_id: int,
    subject: str,
) -> frozenset[str]:
    unknown = changes.keys() - allowed
    if unknown:
        raise ValueError(f"These can't be changed: {', '.join(sorted(unknown))}.")
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not changed:
        return frozenset()
    before = {name: _plain(getattr(row, name)) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    after = {name: _plain(value) for name, value in changed.items()}
    name = f"{subject}:{row.id}"
    audit(session, actor_id, f"{subject}.change", name, course_id=course_id, before=before, after=after)
    return frozenset(changed)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
