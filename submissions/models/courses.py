"""Courses, and what is asked of whom until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from submissions.models.base import Base, utc_now


class Course(Base):
    """A course of one term. `code` enrols whoever types it, while it is not empty. `timezone`: an IANA name."""

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title_en: Mapped[str] = mapped_column(String(190))
    title_zh: Mapped[str] = mapped_column(String(190))
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    code: Mapped[str | None] = mapped_column(String(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    archived_at: Mapped[datetime | None]


class Assignment(Base):
    """A pack in a course, with its rules.

    opens_at, due_at: None for "already" and "never". late_policy: "none" (nothing is taken after due_at), "accept"
    (taken until late_until, without a deduction) or "deduct" (each begun day late costs `late_percent` of the score).
    attempt_limit: how many submissions count, None for any number. cooldown_seconds: the least time between two.
    counts: "best" or "last". results_open_at: when results that are "after_deadline" open; None for due_at.
    track: assignments of a course with the same track take one file together ("" for none).
    """

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    pack_id: Mapped[str] = mapped_column(String(64))
    track: Mapped[str] = mapped_column(String(64), default="")
    position: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    late_policy: Mapped[str] = mapped_column(String(8), default="none")
    late_percent: Mapped[float] = mapped_column(default=0.0)
    late_until: Mapped[datetime | None]
    attempt_limit: Mapped[int | None]
    cooldown_seconds: Mapped[int] = mapped_column(default=0)
    counts: Mapped[str] = mapped_column(String(8), default="best")
    results_open_at: Mapped[datetime | None]
    max_score: Mapped[float] = mapped_column(default=10.0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_assignments_course_id_position", "course_id", "position"),)


class Extension(Base):
    """More time or more attempts for one student."""

    __tablename__ = "extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    due_at: Mapped[datetime | None]
    extra_attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    granted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (UniqueConstraint("assignment_id", "user_id"),)
