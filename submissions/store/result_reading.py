"""What the page of a submission reads, and the comparison of two: a fixed number of statements, all by an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from grader.report import Report
from submissions.db import Database
from submissions.models.courses import Extension
from submissions.models.people import User
from submissions.models.records import Comment, Override, RegradeRequest
from submissions.models.work import Grading, Source, Submission, WrittenAnswer

UNDONE = ("queued", "running")


@dataclass(frozen=True)
class Remark:
    """A comment with the name of who wrote it."""

    cell: int | None
    line: int | None
    body: str
    author: str
    comment: Comment


@dataclass(frozen=True)
class Result:
    """A submission with all that came of it. grading: the one that counts; pending: one that has not ended yet."""

    submission: Submission
    student: User
    extension: Extension | None
    grading: Grading | None = None
    report: Report | None = None
    pending: Grading | None = None
    source: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
    wish: RegradeRequest | None = None
    earlier: str | None = None
    later: str | None = None


def result(db: Database, submission_id: int) -> Result:
    """A submission and what there is to show of it: two statements while it waits, ten when it is done."""
    with db.read() as session:
        submission, student, extension = session.execute(_who(submission_id)).one()
        gradings = _gradings(session, submission)
        pending = next((grading for grading in gradings if grading.state in UNDONE), None)
        known = Result(submission, student, extension, pending=pending)
        return known if submission.state in UNDONE else _done(session, known)


def pair(db: Database, submissions: tuple[Submission, Submission]) -> tuple[Result, Result]:
    """Two submissions of one student with their reports and sources."""
    with db.read() as session:
        first, second = (_with_report(session, submission) for submission in submissions)
    return first, second


def source_of(db: Database, submission_id: int) -> bytes:
    """The file as it was handed in. One statement."""
    with db.read() as session:
        return session.scalars(select(Source.content).where(Source.submission_id == submission_id)).one()


def _who(submission_id: int) -> Select[Submission, User, Extension]:
    same = (Extension.assignment_id == Submission.assignment_id) & (Extension.user_id == Submission.user_id)
    return (
        select(Submission, User, Extension)
        .join(User, User.id == Submission.user_id)
        .outerjoin(Extension, same)
        .where(Submission.id == submission_id)
    )


def _gradings(session: Session, submission: Submission) -> list[Grading]:
    """Without their reports, the latest first."""
    query = select(Grading).where(Grading.submission_id == submission.id).order_by(Grading.id.desc())
    return list(session.scalars(query))


def _published(session: Session, submission: Submission) -> tuple[Grading | None, Report | None]:
    """The grading that counts; where none does, the last one that ended (a rejected file or a broken pack)."""
    query = select(Grading).options(undefer(Grading.report)).where(Grading.submission_id == submission.id)
    if submission.published_grading_id is not None:
        query = query.where(Grading.id == submission.published_grading_id)
    grading = session.scalars(
        query.order_by(Grading.id.desc()).limit(1), execution_options={"populate_existing": True}
    ).first()
    if grading is None or grading.report is None:
        return grading, None
    return grading, Report.from_record(grading.report)


def _done(session: Session, known: Result) -> Result:
    submission = known.submission
    grading, report = _published(session, submission)
    neighbours = _neighbours(session, submission)
    answers = select(WrittenAnswer).where(WrittenAnswer.submission_id == submission.id)
    given = select(Override).where(Override.submission_id == submission.id, Override.revoked_at.is_(None))
    wish = select(RegradeRequest).where(RegradeRequest.submission_id == submission.id)
    return Result(
        submission=submission,
        student=known.student,
        extension=known.extension,
        grading=grading,
        report=report,
        pending=known.pending,
        source=_source(session, submission),
        answers={row.check_name: row.text for row in session.scalars(answers)},
        remarks=_remarks(session, submission),
        overrides={row.check_name: row for row in session.scalars(given.order_by(Override.id))},
        wish=session.scalars(wish.order_by(RegradeRequest.id.desc()).limit(1)).first(),
        earlier=neighbours.get(submission.attempt - 1),
        later=neighbours.get(submission.attempt + 1),
    )


def _source(session: Session, submission: Submission) -> str:
    content = session.scalars(select(Source.content).where(Source.submission_id == submission.id)).one()
    return content.decode("utf-8", "replace").removeprefix("\ufeff")


def _remarks(session: Session, submission: Submission) -> tuple[Remark, ...]:
    query = (
        select(Comment, User.name)
        .join(User, User.id == Comment.author_id)
        .where(Comment.submission_id == submission.id, Comment.removed_at.is_(None))
        .order_by(Comment.id)
    )
    return tuple(
        Remark(comment.cell, comment.line, comment.body, author, comment) for comment, author in session.execute(query)
    )


def _neighbours(session: Session, submission: Submission) -> dict[int, str]:
    """The public ids of the attempts before and after this one, by their number."""
    near = Submission.attempt.in_((submission.attempt - 1, submission.attempt + 1))
    mine = (Submission.assignment_id == submission.assignment_id, Submission.user_id == submission.user_id, near)
    return {
        row.attempt: row.public_id
        for row in session.execute(select(Submission.attempt, Submission.public_id).where(*mine))
    }


def _with_report(session: Session, submission: Submission) -> Result:
    student = session.get_one(User, submission.user_id)
    grading, report = _published(session, submission)
    return Result(submission, student, None, grading, report, source=_source(session, submission))
