"""Reading the audit log: a page goes back from an id, so it costs what it shows, whatever it is filtered by.

Moments become ids first: the log only grows, and its ids with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.courses import Assignment, Course
from submissions.models.people import Enrolment, User
from submissions.models.records import AuditEntry, Comment
from submissions.models.work import Submission

SUBJECT = re.compile(r"[a-z_]+:\d+(/[a-z_]+:\d+)*")
PART = re.compile(r"([a-z_]+):(\d+)")
MOST_PEOPLE = 50
# Two writers at once may note their moments the other way round than their ids.
SLACK = 1000
ESCAPED = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


@dataclass(frozen=True)
class Wanted:
    """What of the log is asked for: "" and None for anything. course_id: None for the log of all courses.

    person: a sign-in name or part of a name. subject: as the log has it, or a submission's id in addresses, or a
    sign-in name. since, until: the latter is not part of it.
    """

    course_id: int | None = None
    person: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Names:
    """What the ids in a page of the log stand for. submissions: a row and its student; comments: a submission's id.

    roles: by person and course, as they are today.
    """

    people: Mapping[int, User] = field(default_factory=dict)
    courses: Mapping[int, Course] = field(default_factory=dict)
    assignments: Mapping[int, Assignment] = field(default_factory=dict)
    submissions: Mapping[int, tuple[Submission, str]] = field(default_factory=dict)
    comments: Mapping[int, int] = field(default_factory=dict)
    roles: Mapping[tuple[int, int], str] = field(default_factory=dict)


def entries(db: Database, wanted: Wanted, before: int | None, count: int) -> list[AuditEntry]:
    """A page of the log, the latest first. At most five statements."""
    with db.read() as session:
        query = _narrowed(session, wanted)
        if query is None:
            return []
        if before is not None:
            query = query.where(AuditEntry.id < before)
        return list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(count)))


def names(db: Database, rows: Sequence[AuditEntry]) -> Names:
    """The names behind the ids of these entries. Six statements."""
    ids: dict[str, set[int]] = {}
    for kind, number in (part for row in rows for part in PART.findall(row.subject)):
        ids.setdefault(kind, set()).add(int(number))
    with db.read() as session:
        comments = {row.id: row.submission_id for row in _by_id(session, Comment, ids.get("comment", ()))}
        wanted = ids.get("submission", set()) | set(comments.values())
        query = select(Submission, User.name).join(User, User.id == Submission.user_id).where(Submission.id.in_(wanted))
        submissions = {row.id: (row, name) for row, name in session.execute(query)}
        assignments = ids.get("assignment", set()) | {row.assignment_id for row, _ in submissions.values()}
        people = ids.get("user", set()) | {row.actor_id for row in rows if row.actor_id is not None}
        courses = ids.get("course", set()) | {row.course_id for row in rows if row.course_id is not None}
        return Names(
            people={row.id: row for row in _by_id(session, User, people)},
            courses={row.id: row for row in _by_id(session, Course, courses)},
            assignments={row.id: row for row in _by_id(session, Assignment, assignments)},
            submissions=submissions,
            comments=comments,
            roles=_roles(session, rows),
        )


def _roles(session: Session, rows: Sequence[AuditEntry]) -> dict[tuple[int, int], str]:
    people = {row.actor_id for row in rows if row.actor_id is not None}
    courses = {row.course_id for row in rows if row.course_id is not None}
    query = select(Enrolment).where(Enrolment.user_id.in_(people), Enrolment.course_id.in_(courses))
    return {(row.user_id, row.course_id): row.role for row in session.scalars(query)}


def _by_id(session: Session, model: Any, ids: Iterable[int]) -> Sequence[Any]:
    found = set(ids)
    return session.scalars(select(model).where(model.id.in_(found))).all() if found else ()


def _narrowed(session: Session, wanted: Wanted) -> Select[AuditEntry] | None:
    """The statement; None where nothing can be found."""
    query, course = select(AuditEntry), AuditEntry.course_id
    people = _people(session, wanted.person) if wanted.person else ()
    if wanted.course_id is not None:
        # A sum has no index: a database without statistics would else go through the course for a few rare entries.
        is_rare = wanted.subject or len(people) == 1
        query = query.where((course + 0 if is_rare else course) == wanted.course_id)
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.person:
        if not people:
            return None
        query = query.where(AuditEntry.actor_id == people[0] if len(people) == 1 else AuditEntry.actor_id.in_(people))
    if wanted.subject:
        subjects = _subjects(session, wanted.subject)
        if not subjects:
            return None
        query = query.where(
            AuditEntry.subject == subjects[0] if len(subjects) == 1 else AuditEntry.subject.in_(subjects)
        )
    if wanted.since is not None:
        first = _first_id(session, wanted.since)
        if first is None:
            return None
        query = query.where(AuditEntry.id >= first - SLACK, AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        end = _first_id(session, wanted.until)
        query = query.where(AuditEntry.at < wanted.until)
        query = query.where(AuditEntry.id < end + SLACK) if end is not None else query
    return query


def _first_id(session: Session, moment: datetime) -> int | None:
    query = select(AuditEntry.id).where(AuditEntry.at >= moment).order_by(AuditEntry.at).limit(1)
    return session.scalars(query).first()


def _people(session: Session, words: str) -> Sequence[int]:
    part = f"%{words.casefold().translate(ESCAPED)}%"
    named = or_(User.login == words.casefold(), func.lower(User.name).like(part, escape="\\"))
    return session.scalars(select(User.id).where(named).order_by(User.id).limit(MOST_PEOPLE)).all()


def _subjects(session: Session, words: str) -> list[str]:
    if SUBJECT.fullmatch(words):
        return [words]
    by_address = session.scalar(select(Submission.id).where(Submission.public_id == words))
    by_login = session.scalar(select(User.id).where(User.login == words.casefold()))
    found = {"submission": by_address, "user": by_login}
    return [f"{kind}:{number}" for kind, number in found.items() if number is not None]
