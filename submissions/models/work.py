"""What students hand in and what came of it. A grading is never overwritten: a regrade is another row.

A submission's score is that of its published grading, less what lateness costs, unless an override says otherwise; a
student's score in an assignment (`Standing`) is that of the best or last submission. Both are written down in the
transaction that changes them, so a page reads one row, and can be counted again from the rows below.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from submissions.models.base import Base, utc_now

# A submission's state, as a student sees it.
STATES = ("queued", "running", "graded", "rejected", "broken_pack", "system_error")
# What counts as an attempt: the others are not the student's doing.
CHARGED = ("queued", "running", "graded")
# The reason of a grading that changes nothing by itself: somebody decides about its whole run (`models.regrades`).
RERUN = "rerun"


class Submission(Base):
    """One file handed in for one assignment.

    public_id: what addresses show, so that nobody can count. attempt: 1, 2, ... of this student in this assignment.
    state, score: of the published grading; queued and running while there is none. late_factor: 1 when in time.
    shown_score, shown_max: what the public checks alone give, which is all a student sees until the others open.
    batch: shared by what one file for a whole track became. request_key: the client's; a repeat is the same submission.
    """

    __tablename__ = "submissions"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    attempt: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(190))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    submitted_at: Mapped[datetime] = mapped_column(default=utc_now)
    late_seconds: Mapped[int] = mapped_column(default=0)
    late_factor: Mapped[float] = mapped_column(default=1.0)
    batch: Mapped[str | None] = mapped_column(String(24), index=True)
    request_key: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    score: Mapped[float | None]
    max_score: Mapped[float | None]
    shown_score: Mapped[float | None]
    shown_max: Mapped[float | None]
    published_grading_id: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("assignment_id", "user_id", "attempt"),
        UniqueConstraint("user_id", "request_key"),
        Index("ix_submissions_assignment_id_submitted_at", "assignment_id", "submitted_at"),
        Index("ix_submissions_user_id_submitted_at", "user_id", "submitted_at"),
    )


class Source(Base):
    """The bytes of a submission, apart from it so that lists stay light."""

    __tablename__ = "sources"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Grading(Base):
    """One grading of a submission, and its place in the queue while it waits.

    state: queued, running, done, or system_error after three lost leases. reason: submit, regrade or rerun. priority: 0
    for live ones, 1 for regrades, which wait behind them. fair_tag: the place that fair queuing gives. lease_until:
    seconds since the epoch by the database's clock. fence: counts the claims; a result with an older one is refused.
    report: `grader.report.Report.to_record()`.
    """

    __tablename__ = "gradings"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(16), default="submit")
    state: Mapped[str] = mapped_column(String(16), default="queued")
    priority: Mapped[int] = mapped_column(default=0)
    fair_tag: Mapped[float] = mapped_column(default=0.0)
    queued_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[float | None]
    fence: Mapped[int] = mapped_column(default=0)
    lost_leases: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(100), default="")
    seed: Mapped[int]
    pack_id: Mapped[str] = mapped_column(String(64))
    pack_version: Mapped[str] = mapped_column(String(32), default="")
    pack_digest: Mapped[str] = mapped_column(String(64), default="")
    engine_version: Mapped[str] = mapped_column(String(32), default="")
    torch_version: Mapped[str] = mapped_column(String(32), default="")
    status: Mapped[str] = mapped_column(String(16), default="")
    score: Mapped[float | None]
    max_score: Mapped[float | None]
    total_ms: Mapped[float | None]
    fault: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    published_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_gradings_claim", "state", "priority", "fair_tag", "id"),
        Index("ix_gradings_user_id_state", "user_id", "state"),
        Index("ix_gradings_finished_at", "finished_at"),
    )


class CheckRow(Base):
    """The verdict of one check in one grading, for counting over a class; the report has the whole."""

    __tablename__ = "check_results"

    grading_id: Mapped[int] = mapped_column(ForeignKey("gradings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    verdict: Mapped[str] = mapped_column(String(16))
    points: Mapped[float]
    max_points: Mapped[float]
    diagnosis: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (Index("ix_check_results_name_diagnosis", "name", "diagnosis"),)


class Standing(Base):
    """A student in an assignment: attempts used, and the submission that counts with its score."""

    __tablename__ = "standings"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    submitted: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    score: Mapped[float | None]
    shown_score: Mapped[float | None]
    shown_max: Mapped[float | None]
    counted_submission_id: Mapped[int | None]
    last_submission_id: Mapped[int | None]
    last_submitted_at: Mapped[datetime | None]
    first_full_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_standings_user_id", "user_id"),)


class WrittenAnswer(Base):
    """A student's own words to a question that people mark; `check_name` names the check with the rubric."""

    __tablename__ = "written_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    check_name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("submission_id", "check_name"),)


class Draft(Base):
    """What a student has in the editor and has not handed in."""

    __tablename__ = "drafts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)


class QueueClock(Base):
    """Start-time fair queuing: the virtual time, a row for each priority (its id is the priority + 1)."""

    __tablename__ = "queue_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_now: Mapped[float] = mapped_column(default=0.0)


class QueuePlace(Base):
    """The last tag a student was given at a priority."""

    __tablename__ = "queue_places"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    priority: Mapped[int] = mapped_column(primary_key=True)
    last_tag: Mapped[float]
