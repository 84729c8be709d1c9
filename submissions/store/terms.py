"""A course from one term to the next, and what a change of its rules does to scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.courses import Assignment, Course, Extension
from submissions.models.people import Enrolment
from submissions.models.work import Standing, Submission
from submissions.store import rules
from submissions.store.courses import alter_assignment
from submissions.store.records import audit
from submissions.store.refused import Refused
from submissions.store.results import apply_rules, recount

DATES = ("opens_at", "due_at", "late_until", "results_open_at")
SCORING = frozenset({"due_at", "late_policy", "late_percent", "late_until", "counts"})
COPIED = (
    "pack_id", "track", "position", "late_policy", "late_percent", "attempt_limit", "cooldown_seconds", "counts",
    "max_score", *DATES,
)  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """What a change did: whether anything was changed, and how many students' scores are others now."""

    changed: bool
    scores: int = 0


def change_rules(db: Database, assignment_id: int, actor_id: int, **changes: Any) -> Effect:
    """Change an assignment's rules and, in the same transaction, the scores that follow from them."""
    with db.write() as session:
        changed = alter_assignment(session, assignment_id, actor_id, changes)
        if not changed & SCORING:
            return Effect(bool(changed))
        return Effect(changed=True, scores=_rescored(session, assignment_id, counts_changed="counts" in changed))


def _rescored(session: Session, assignment_id: int, *, counts_changed: bool) -> int:
    """Count again for those whom the change concerns: a deadline that nobody had missed concerns nobody."""
    session.flush()
    query = select(Standing.user_id, Standing.score).where(Standing.assignment_id == assignment_id)
    before = {row[0]: row[1] for row in session.execute(query)}
    late_otherwise = _late_otherwise(session, assignment_id)
    for student in sorted(late_otherwise):
        apply_rules(session, assignment_id, student)
    for student in sorted(before.keys() - late_otherwise) if counts_changed else ():
        recount(session, assignment_id, student)
    session.flush()
    return sum(before.get(user_id) != score for user_id, score in session.execute(query))


def _late_otherwise(session: Session, assignment_id: int) -> set[int]:
    """Students with a submission that by the present rules is late by another measure than is written down."""
    assignment = session.get_one(Assignment, assignment_id)
    given = {row.user_id: row for row in session.scalars(select(Extension).filter_by(assignment_id=assignment_id))}
    query = select(Submission.user_id, Submission.submitted_at, Submission.late_seconds, Submission.late_factor)
    found = set()
    for user_id, at, seconds, factor in session.execute(query.where(Submission.assignment_id == assignment_id)):
        now = rules.late_seconds(assignment, given.get(user_id), at)
        if (now, rules.late_factor(assignment, now)) != (seconds, factor):
            found.add(user_id)
    return found


def changes_score(db: Database, assignment_id: int, user_id: int, act: Callable[[], object]) -> bool:
    """Do `act`, which is about one student, and tell whether his score is another one now."""
    before = _score(db, assignment_id, user_id)
    act()
    return before != _score(db, assignment_id, user_id)


def _score(db: Database, assignment_id: int, user_id: int) -> float | None:
    with db.read() as session:
        found = session.get(Standing, (assignment_id, user_id))
        return found.score if found is not None else None


def first_day(course: Course, assignments: list[Assignment]) -> date | None:
    """The day of a course's first date, by its own clock."""
    moments = [getattr(row, name) for row in assignments for name in DATES if getattr(row, name) is not None]
    return min(moments).astimezone(ZoneInfo(course.timezone)).date() if moments else None


def copy_course(
    db: Database, source_id: int, new: Course, actor_id: int, *, begins: date | None, with_dates: bool = True
) -> Course:
    """A course with the same assignments for another term; whoever made it is its instructor. Nobody else is in it.

    begins: the day to which the first date moves, the others with it; None leaves them. Each keeps its time of day.
    Raises Refused("slug_taken").
    """
    with db.write() as session:
        source = session.get_one(Course, source_id)
        query = select(Assignment).where(Assignment.course_id == source_id, Assignment.removed_at.is_(None))
        rows = list(session.scalars(query.order_by(Assignment.position, Assignment.id)))
        first = first_day(source, rows)
        shift = begins - first if begins is not None and first is not None else timedelta()
        session.add(new)
        try:
            session.flush()
        except IntegrityError as error:
            raise Refused("slug_taken") from error
        session.add(Enrolment(user_id=actor_id, course_id=new.id, role="instructor"))
        for row in rows:
            session.add(_copied(row, new, source.timezone, shift, with_dates=with_dates))
        audit(
            session, actor_id, "course.copy", f"course:{new.id}", course_id=new.id,
            after={"slug": new.slug, "from": source.slug, "assignments": len(rows), "days": shift.days},
        )  # fmt: skip
    return new


def _copied(row: Assignment, course: Course, zone: str, shift: timedelta, *, with_dates: bool) -> Assignment:
    facts = {name: getattr(row, name) for name in COPIED}
    for name in DATES:
        facts[name] = moved(facts[name], zone, course.timezone, shift) if with_dates else None
    return Assignment(course_id=course.id, **facts)


def moved(moment: datetime | None, zone: str, new_zone: str, shift: timedelta) -> datetime | None:
    """A moment some days later at the same time of day, also where the clocks have been changed in between."""
    if moment is None:
        return None
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + shift
    return wall.replace(tzinfo=ZoneInfo(new_zone))
