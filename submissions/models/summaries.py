"""What a class comes to, kept by difference in the transaction of each score, so that no page counts submissions.

Everything here can be counted again from the submissions (`submissions.store.summaries`). Only what has ended counts:
a submission that waits or runs is in none of these.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from submissions.models.base import Base


class Tally(Base):
    """How often something is the case in an assignment. Subjects and their buckets: `submissions.store.facts`."""

    __tablename__ = "tallies"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(190), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int]


class StudentTally(Base):
    """What one student adds to the tallies of an assignment: {subject: {bucket: count}}."""

    __tablename__ = "student_tallies"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    counts: Mapped[dict[str, Any]]


class StudentCheck(Base):
    """How a student fared at a check. attempts_to_pass: graded attempts up to the first that passed it."""

    __tablename__ = "student_checks"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    check_name: Mapped[str] = mapped_column(String(100), primary_key=True)
    first_verdict: Mapped[str] = mapped_column(String(16))
    latest_verdict: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    attempts_to_pass: Mapped[int | None]

    __table_args__ = (Index("ix_student_checks_assignment_id_check_name", "assignment_id", "check_name"),)


class StudentMistake(Base):
    """A diagnosis that a student got at a check.

    times: attempts with it. streak: how many of them were the latest ones in a row, 0 once the latest is without it.
    overcome_at: when an attempt after the last such one was handed in that passed the check; overcome_after: how many
    graded attempts that took, counted from the first with the mistake.
    """

    __tablename__ = "student_mistakes"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    check_name: Mapped[str] = mapped_column(String(100), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    first_submission_id: Mapped[int]
    last_submission_id: Mapped[int]
    first_at: Mapped[datetime]
    times: Mapped[int]
    streak: Mapped[int] = mapped_column(default=0)
    overcome_at: Mapped[datetime | None]
    overcome_after: Mapped[int | None]

    __table_args__ = (
        Index("ix_student_mistakes_assignment_id_code", "assignment_id", "code"),
        Index("ix_student_mistakes_assignment_id_streak", "assignment_id", "streak"),
    )
