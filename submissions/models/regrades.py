"""Grading many submissions once more, and deciding afterwards whether what came of it shall count."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from submissions.models.base import Base, utc_now

# States in which a run keeps others of its assignment from beginning.
OPEN = ("preparing", "grading", "publishing")


class RegradeRun(Base):
    """A selection of an assignment's submissions, graded once more.

    attempts: latest, best or all of each student. only: "", check, diagnosis, version or submission, with its value in
    `subject`.
    state: preparing (submissions are still being gathered, up to `gathered_to`), grading (a dry run, ready once no item
    waits), publishing, and at the end published, discarded or cancelled.
    """

    __tablename__ = "regrade_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    attempts: Mapped[str] = mapped_column(String(8))
    only: Mapped[str] = mapped_column(String(16), default="")
    subject: Mapped[str] = mapped_column(String(100), default="")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="preparing", index=True)
    gathered_to: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_regrade_runs_course_id_id", "course_id", "id"),
        Index("ix_regrade_runs_assignment_id_state", "assignment_id", "state"),
    )


class RegradeItem(Base):
    """One submission of a run: what counted when its new grading ended, and what would count instead.

    state: waiting, done, failed (a fault of ours, or no score that could count), chosen (to be published), published,
    superseded (something else was published meanwhile) or cancelled. change: score_after less score_before.
    checks: those whose verdict or points differ, as a list of {name, before, after, points_before, points_after}.
    """

    __tablename__ = "regrade_items"

    run_id: Mapped[int] = mapped_column(ForeignKey("regrade_runs.id", ondelete="CASCADE"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    grading_id: Mapped[int | None] = mapped_column(ForeignKey("gradings.id", ondelete="SET NULL"), unique=True)
    grading_before: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    score_before: Mapped[float | None]
    score_after: Mapped[float | None]
    change: Mapped[float] = mapped_column(default=0.0)
    differs: Mapped[bool] = mapped_column(default=False)
    checks: Mapped[list[Any]] = mapped_column(default=list)

    __table_args__ = (
        Index("ix_regrade_items_run_id_state", "run_id", "state"),
        Index("ix_regrade_items_run_id_differs_change", "run_id", "differs", "change"),
    )
