"""Fair order between students: start-time fair queuing, in two rows.

Each student's next grading gets the tag max(virtual time, his last tag + 1); the smallest tag is claimed first, and
moves the virtual time to itself. So whoever has 300 waiting is passed by whoever has one (measured: ten students with
one submission each, behind a flood of 300, start at the places 1 to 10).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, literal, select
from sqlalchemy.orm import QueryableAttribute, Session

from submissions.models.work import QueueClock, QueuePlace
from submissions.store.dialects import insert

LIVE = 0
REGRADE = 1


def next_tag(session: Session, user_id: int, priority: int) -> float:
    """The tag of this student's next grading at this priority; his last one is moved on to it."""
    # Not locked: an older virtual time only makes the tag a little more favourable.
    virtual_now = session.scalar(select(QueueClock.virtual_now).where(QueueClock.id == _clock(priority))) or 0.0
    statement = insert(session)(QueuePlace).values(user_id=user_id, priority=priority, last_tag=virtual_now)
    later = _greater(virtual_now, QueuePlace.last_tag + 1.0)
    moved = statement.on_conflict_do_update(index_elements=["user_id", "priority"], set_={"last_tag": later})
    return float(session.execute(moved.returning(QueuePlace.last_tag)).scalar_one())


def next_tags(session: Session, users: Sequence[int], priority: int) -> list[float]:
    """As `next_tag` for many gradings at once, in three statements; a student may be named several times."""
    virtual_now = session.scalar(select(QueueClock.virtual_now).where(QueueClock.id == _clock(priority))) or 0.0
    query = select(QueuePlace).where(QueuePlace.user_id.in_(set(users)), QueuePlace.priority == priority)
    last = {row.user_id: row.last_tag for row in session.scalars(query)}
    tags = []
    for user_id in users:
        known = last.get(user_id)
        last[user_id] = virtual_now if known is None else max(virtual_now, known + 1.0)
        tags.append(last[user_id])
    rows = [{"user_id": user_id, "priority": priority, "last_tag": last[user_id]} for user_id in sorted(set(users))]
    if rows:
        statement = insert(session)(QueuePlace).values(rows)
        newer = {"last_tag": statement.excluded.last_tag}
        session.execute(statement.on_conflict_do_update(index_elements=["user_id", "priority"], set_=newer))
    return tags


def advance(session: Session, priority: int, tag: float) -> None:
    """The grading with this tag is being claimed."""
    statement = insert(session)(QueueClock).values(id=_clock(priority), virtual_now=tag)
    later = _greater(tag, QueueClock.virtual_now)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"virtual_now": later}))


def _clock(priority: int) -> int:
    return priority + 1


def _greater(value: float, column: ColumnElement[float] | QueryableAttribute[float]) -> ColumnElement[float]:
    return case((column > value, column), else_=literal(value))
