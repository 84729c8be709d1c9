"""Written answers as people mark them. The machine's points stay what they are until somebody applies a mark."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from submissions.models.base import Base, utc_now


class Mark(Base):
    """What a person gave for a written answer: one row for each, changed only by whoever has seen its `version`.

    items: the rubric as it stood, each {"share", "en", "zh", "given"}. adjust: a share added or taken away beside them.
    share: what it comes to, 0 to 1. The student sees it from `published_at` on.
    """

    __tablename__ = "marks"

    answer_id: Mapped[int] = mapped_column(ForeignKey("written_answers.id", ondelete="CASCADE"), primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    check_name: Mapped[str] = mapped_column(String(100))
    version: Mapped[int] = mapped_column(default=1)
    items: Mapped[list[Any]]
    adjust: Mapped[float] = mapped_column(default=0.0)
    share: Mapped[float]
    comment: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    published_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_marks_assignment_id_check_name", "assignment_id", "check_name"),)


class MarkClaim(Base):
    """Who has an answer open, so that others are given another one. Only a hint: `until` is the database's clock."""

    __tablename__ = "mark_claims"

    answer_id: Mapped[int] = mapped_column(ForeignKey("written_answers.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    until: Mapped[float]


class SavedComment(Base):
    """Words that the markers of a question use again and again."""

    __tablename__ = "saved_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    check_name: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_saved_comments_assignment_id_check_name", "assignment_id", "check_name"),)
