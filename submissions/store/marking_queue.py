"""The written answers of one question, one of each student, in the order in which they were handed in.

A student's answer is that of the submission that counts; where that one has none, of his last. Everything here costs
what the class is large, however many attempts there were.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select
from sqlalchemy.orm import Session, aliased

from submissions.db import Database
from submissions.models.courses import Assignment
from submissions.models.marking import Mark, MarkClaim, SavedComment
from submissions.models.people import Enrolment, User
from submissions.models.work import Standing, Submission, WrittenAnswer
from submissions.store.dialects import insert

CLAIM_SECONDS = 600.0


@dataclass(frozen=True)
class Progress:
    """How far a question is."""

    answers: int = 0
    marked: int = 0
    published: int = 0


@dataclass(frozen=True)
class Entry:
    """One answer in the list of a question. held_by: who else has it open."""

    answer_id: int
    student: str
    login: str
    share: float | None
    author: str | None
    published: bool
    held_by: str | None


@dataclass(frozen=True)
class AnswerPage:
    """An answer with all that its page shows. place: its number among `progress.answers`, from 1.

    earlier: the mark of another answer of the same student to the same question, if one was marked before.
    """

    answer: WrittenAnswer
    submission: Submission
    student: User
    mark: Mark | None
    author: str | None
    held_by: str | None
    progress: Progress
    place: int
    before: int | None
    after: int | None
    saved: tuple[SavedComment, ...]
    earlier: Mark | None = None


def progress(db: Database, assignment_id: int, check_name: str) -> Progress:
    """How far a question is. One statement."""
    with db.read() as session:
        return Progress(*session.execute(_counts(_answers(assignment_id, check_name))).one())


def entries(
    db: Database, assignment_id: int, check_name: str, user_id: int, first: int = 0, count: int | None = None
) -> list[Entry]:
    """A page of the list, as `user_id` sees it. One statement."""
    mine, author, holder = _answers(assignment_id, check_name), aliased(User), aliased(User)
    with db.read() as session:
        held = (MarkClaim.answer_id == mine.c.answer_id) & _held_by_another(db, session, user_id)
        query = (
            select(mine.c.answer_id, User.name, User.login, Mark.share, author.name, Mark.published_at, holder.name)
            .join(User, User.id == mine.c.user_id)
            .outerjoin(Mark, Mark.answer_id == mine.c.answer_id)
            .outerjoin(author, author.id == Mark.author_id)
            .outerjoin(MarkClaim, held)
            .outerjoin(holder, holder.id == MarkClaim.user_id)
            .order_by(mine.c.answer_id)
            .offset(first)
            .limit(count)
        )
        return [
            Entry(answer_id, name, login, share, marker, shown is not None, held_by)
            for answer_id, name, login, share, marker, shown, held_by in session.execute(query)
        ]


def page(db: Database, assignment_id: int, check_name: str, answer_id: int, user_id: int) -> AnswerPage | None:
    """An answer to this question, whether or not it is still the one that counts. None where there is no such one."""
    with db.read() as session:
        found = session.execute(_one(assignment_id, check_name, answer_id)).one_or_none()
        if found is None:
            return None
        answer, submission, student, mark, author = found
        mine = _answers(assignment_id, check_name)
        at = mine.c.answer_id
        answers, marked, shown, before, after, earlier = session.execute(
            _counts(mine).add_columns(
                func.max(case((at < answer_id, at))),
                func.min(case((at > answer_id, at))),
                func.coalesce(func.sum(case((at < answer_id, 1), else_=0)), 0),
            )
        ).one()
        return AnswerPage(
            answer=answer,
            submission=submission,
            student=student,
            mark=mark,
            author=author,
            held_by=_holder(db, session, answer_id, user_id),
            progress=Progress(answers, marked, shown),
            place=earlier + 1,
            before=before,
            after=after,
            saved=tuple(session.scalars(_saved(assignment_id, check_name))),
            earlier=session.scalars(_other_mark(answer, submission)).first() if mark is None else None,
        )


def saved(db: Database, assignment_id: int, check_name: str) -> tuple[SavedComment, ...]:
    """The words that are kept for this question. One statement."""
    with db.read() as session:
        return tuple(session.scalars(_saved(assignment_id, check_name)))


def take_next(db: Database, assignment_id: int, check_name: str, user_id: int, after: int = 0) -> int | None:
    """The next unmarked answer that nobody else has open, from `after` on and then from the start; it is claimed.

    Two who ask at once are given different ones. None where there is none.
    """
    with db.write() as session:
        lock = select(Assignment.id).where(Assignment.id == assignment_id).with_for_update(key_share=True)
        session.execute(lock)
        mine = _answers(assignment_id, check_name)
        held = (MarkClaim.answer_id == mine.c.answer_id) & _held_by_another(db, session, user_id)
        query = (
            select(mine.c.answer_id)
            .outerjoin(Mark, Mark.answer_id == mine.c.answer_id)
            .outerjoin(MarkClaim, held)
            .where(Mark.answer_id.is_(None), MarkClaim.answer_id.is_(None))
            .order_by(mine.c.answer_id <= after, mine.c.answer_id)
            .limit(1)
        )
        answer_id = session.scalars(query).first()
        if answer_id is not None:
            _claim(db, session, answer_id, user_id)
    return answer_id


def hold(db: Database, answer_id: int, user_id: int) -> None:
    """Note that somebody has an answer open, unless another has or a mark is there already."""
    with db.write() as session:
        session.scalars(select(WrittenAnswer).where(WrittenAnswer.id == answer_id).with_for_update()).one()
        if session.get(Mark, answer_id) is None and _holder(db, session, answer_id, user_id) is None:
            _claim(db, session, answer_id, user_id)


def _claim(db: Database, session: Session, answer_id: int, user_id: int) -> None:
    values = {"user_id": user_id, "until": db.now(session) + CLAIM_SECONDS}
    statement = insert(session)(MarkClaim).values(answer_id=answer_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["answer_id"], set_=values))


def _held_by_another(db: Database, session: Session, user_id: int) -> ColumnElement[bool]:
    return (MarkClaim.user_id != user_id) & (MarkClaim.until > db.now(session))


def _holder(db: Database, session: Session, answer_id: int, user_id: int) -> str | None:
    query = select(User.name).join(MarkClaim, MarkClaim.user_id == User.id)
    here = query.where(MarkClaim.answer_id == answer_id, _held_by_another(db, session, user_id))
    return session.scalars(here).first()


def _answers(assignment_id: int, check_name: str) -> Subquery:
    """(user_id, answer_id) of every student of the course who has answered."""
    counted, last = aliased(WrittenAnswer), aliased(WrittenAnswer)
    answer_id = func.coalesce(counted.id, last.id)
    return (
        select(Standing.user_id, answer_id.label("answer_id"))
        .join(Assignment, Assignment.id == Standing.assignment_id)
        .join(
            Enrolment,
            (Enrolment.user_id == Standing.user_id)
            & (Enrolment.course_id == Assignment.course_id)
            & (Enrolment.role == "student")
            & Enrolment.removed_at.is_(None),
        )
        .outerjoin(
            counted, (counted.submission_id == Standing.counted_submission_id) & (counted.check_name == check_name)
        )
        .outerjoin(last, (last.submission_id == Standing.last_submission_id) & (last.check_name == check_name))
        .where(Standing.assignment_id == assignment_id, answer_id.is_not(None))
        .subquery()
    )


def _counts(mine: Subquery) -> Select[int, int, int]:
    marks = select(func.count(), func.count(Mark.answer_id), func.count(Mark.published_at))
    return marks.select_from(mine).outerjoin(Mark, Mark.answer_id == mine.c.answer_id)


def _one(
    assignment_id: int, check_name: str, answer_id: int
) -> Select[WrittenAnswer, Submission, User, Mark | None, str | None]:
    author = aliased(User)
    return (
        select(WrittenAnswer, Submission, User, Mark, author.name)
        .join(Submission, Submission.id == WrittenAnswer.submission_id)
        .join(User, User.id == Submission.user_id)
        .outerjoin(Mark, Mark.answer_id == WrittenAnswer.id)
        .outerjoin(author, author.id == Mark.author_id)
        .where(
            WrittenAnswer.id == answer_id,
            WrittenAnswer.check_name == check_name,
            Submission.assignment_id == assignment_id,
        )
    )


def _saved(assignment_id: int, check_name: str) -> Select[SavedComment]:
    query = select(SavedComment).filter_by(assignment_id=assignment_id, check_name=check_name, removed_at=None)
    return query.order_by(SavedComment.id)


def _other_mark(answer: WrittenAnswer, submission: Submission) -> Select[Mark]:
    """The latest mark of the same student's other answers to the question."""
    return (
        select(Mark)
        .join(WrittenAnswer, WrittenAnswer.id == Mark.answer_id)
        .join(Submission, Submission.id == WrittenAnswer.submission_id)
        .where(
            Submission.user_id == submission.user_id,
            Submission.assignment_id == submission.assignment_id,
            WrittenAnswer.check_name == answer.check_name,
            WrittenAnswer.id != answer.id,
        )
        .order_by(Mark.answer_id.desc())
        .limit(1)
    )
