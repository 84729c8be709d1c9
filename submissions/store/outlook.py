"""How the queue looks to someone who waits: how many are before him, and how long it takes."""

from __future__ import annotations

import statistics

from sqlalchemy import and_, func, or_, select

from submissions.db import Database
from submissions.models.work import Grading

RECENT = 100


def waiting(db: Database) -> int:
    """How many gradings wait."""
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Grading).where(Grading.state == "queued")) or 0


def place(db: Database, grading_id: int) -> int:
    """How many gradings will be claimed before this one; 0 if it is next, or does not wait."""
    with db.read() as session:
        mine = session.get_one(Grading, grading_id)
        if mine.state != "queued":
            return 0
        earlier_tag = and_(Grading.fair_tag == mine.fair_tag, Grading.id < mine.id)
        same = and_(Grading.priority == mine.priority, or_(Grading.fair_tag < mine.fair_tag, earlier_tag))
        before = or_(Grading.priority < mine.priority, same)
        query = select(func.count()).select_from(Grading).where(Grading.state == "queued", before)
        return session.scalar(query) or 0


def typical_seconds(db: Database, pack_id: str) -> float:
    """How long a grading of this pack took lately, from claim to result: the median; 1 where nothing is known."""
    with db.read() as session:
        # Not by state in the statement: SQLite would then read every grading there ever was by the index of states.
        recent = (
            select(Grading.pack_id, Grading.state, Grading.started_at, Grading.finished_at)
            .where(Grading.finished_at.is_not(None))
            .order_by(Grading.finished_at.desc())
            .limit(RECENT)
        )
        rows = session.execute(recent).all()
    done = [row for row in rows if row.pack_id == pack_id and row.state == "done" and row.started_at is not None]
    took = [(row.finished_at - row.started_at).total_seconds() for row in done]
    return statistics.median(took) if took else 1.0
