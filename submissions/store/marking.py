"""Marks of written answers: given, published, applied to the score. Nobody overwrites what he has not seen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment
from submissions.models.marking import Mark, MarkClaim, SavedComment
from submissions.models.records import Override
from submissions.models.work import CheckRow, Submission, WrittenAnswer
from submissions.store.plain import plain, words
from submissions.store.records import audit, course_of
from submissions.store.refused import Refused
from submissions.store.results import override

SAME_POINTS = 1e-6
# As long as somebody looks at a page that loads.
APPLY_SECONDS = 20.0


@dataclass(frozen=True)
class NewMark:
    """A mark as a person gives it. seen: the version it was made from, 0 where there was none.

    items: the rubric, each {"share", "en", "zh", "given"}. adjust: a share beside them, of either sign.
    """

    answer_id: int
    author_id: int
    seen: int
    items: Sequence[dict[str, Any]]
    adjust: float = 0.0
    comment: str = ""

    @property
    def share(self) -> float:
        """What it comes to, between nothing and all."""
        return share_of(self.items, self.adjust)


@dataclass(frozen=True)
class Applied:
    """What became of marks that were to count. left_out: their submissions have no such check in what counts.

    remaining: the time was up before these were looked at.
    """

    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    remaining: int = 0


def share_of(items: Sequence[dict[str, Any]], adjust: float) -> float:
    """The sum of the given items and the adjustment, never below 0 or above 1."""
    total = sum(float(item["share"]) for item in items if item["given"]) + adjust
    return round(min(1.0, max(0.0, total)), 4)


# ------------------------------------------------------------------------------------------------- marking


def save(db: Database, new: NewMark) -> Mark:
    """Write a mark down. Refused("mark_changed") where somebody else's came between; the same one twice is one."""
    with db.write() as session:
        answer = _lock_answer(session, new.answer_id)
        mark = session.get(Mark, answer.id, populate_existing=True)
        if mark is not None and _is_same(mark, new):
            return mark
        if new.seen != (mark.version if mark is not None else 0):
            raise Refused("mark_changed")
        before = _record(mark) if mark is not None else None
        if mark is None:
            mark = Mark(answer_id=answer.id, check_name=answer.check_name, version=0)
            mark.assignment_id = session.get_one(Submission, answer.submission_id).assignment_id
            session.add(mark)
        mark.version += 1
        mark.items, mark.adjust, mark.share = plain(list(new.items)), new.adjust, new.share
        mark.comment, mark.author_id, mark.changed_at = words(new.comment), new.author_id, utc_now()
        session.execute(delete(MarkClaim).where(MarkClaim.answer_id == answer.id))
        audit(
            session,
            new.author_id,
            "mark.set",
            f"submission:{answer.submission_id}",
            course_id=course_of(session, answer.submission_id),
            before=before,
            after=_record(mark),
        )
    return mark


def _lock_answer(session: Session, answer_id: int) -> WrittenAnswer:
    """The answer's row, which is the lock of its mark: two who mark it at once come one after the other."""
    return session.scalars(select(WrittenAnswer).where(WrittenAnswer.id == answer_id).with_for_update()).one()


def _is_same(mark: Mark, new: NewMark) -> bool:
    given = [bool(item["given"]) for item in mark.items]
    same_items = given == [bool(item["given"]) for item in new.items]
    return same_items and (mark.adjust, mark.comment) == (new.adjust, words(new.comment))


def _record(mark: Mark) -> dict[str, Any]:
    given = [number for number, item in enumerate(mark.items, 1) if item["given"]]
    return {"check": mark.check_name, "share": mark.share, "items": given, "adjust": mark.adjust}


# ---------------------------------------------------------------------------------------------- publishing


def publish(db: Database, assignment_id: int, check_name: str, actor_id: int) -> int:
    """Show the marks of a question to the students; how many were not shown before."""
    return _show(db, assignment_id, check_name, actor_id, shown=True)


def withdraw(db: Database, assignment_id: int, check_name: str, actor_id: int) -> int:
    """Take the marks of a question off the students' pages; how many were there."""
    return _show(db, assignment_id, check_name, actor_id, shown=False)


def _show(db: Database, assignment_id: int, check_name: str, actor_id: int, *, shown: bool) -> int:
    hidden = Mark.published_at.is_(None)
    with db.write() as session:
        changed = session.execute(
            update(Mark)
            .where(Mark.assignment_id == assignment_id, Mark.check_name == check_name, hidden if shown else ~hidden)
            .values(published_at=utc_now() if shown else None)
            .returning(Mark.answer_id)
        ).all()
        if changed:
            audit(
                session,
                actor_id,
                "mark.publish" if shown else "mark.withdraw",
                f"assignment:{assignment_id}",
                course_id=session.get_one(Assignment, assignment_id).course_id,
                after={"check": check_name, "marks": len(changed)},
            )
    return len(changed)


def published(db: Database, submission_id: int) -> dict[str, Mark]:
    """The marks of a submission that its student may see, by the name of the check."""
    with db.read() as session:
        return {name: mark for name, mark in all_of(session, submission_id).items() if mark.published_at is not None}


def all_of(session: Session, submission_id: int) -> dict[str, Mark]:
    """The marks of a submission, published or not, by the name of the check."""
    query = select(Mark).join(WrittenAnswer, WrittenAnswer.id == Mark.answer_id)
    return {
        mark.check_name: mark for mark in session.scalars(query.where(WrittenAnswer.submission_id == submission_id))
    }


# ------------------------------------------------------------------------------------- marks that count


def apply(
    db: Database, assignment_id: int, check_name: str, actor_id: int, reason: str, seconds: float = APPLY_SECONDS
) -> Applied:
    """Let every published mark of a question count: as an override of its check, each with its entry in the audit log.

    One transaction for each, so that live gradings go on between them. A second call does what an interrupted one, or
    one whose time was up, has left.
    """
    changed = unchanged = left_out = 0
    rows, end = _published(db, assignment_id, check_name), time.monotonic() + seconds
    for done, (mark, submission_id, most) in enumerate(rows):
        if time.monotonic() > end:
            return Applied(changed, unchanged, left_out, len(rows) - done)
        if most is None:
            left_out += 1
            continue
        points = round(mark.share * most, 4)
        now = _given(db, submission_id, check_name)
        if now is not None and abs(now - points) < SAME_POINTS:
            unchanged += 1
            continue
        override(db, submission_id, actor_id, points, reason, check_name)
        changed += 1
    return Applied(changed, unchanged, left_out)


def _published(db: Database, assignment_id: int, check_name: str) -> Sequence[Row[Mark, int, float | None]]:
    """Each mark with its submission and the most points of its check in the grading that counts."""
    query = (
        select(Mark, Submission.id, CheckRow.max_points)
        .join(WrittenAnswer, WrittenAnswer.id == Mark.answer_id)
        .join(Submission, Submission.id == WrittenAnswer.submission_id)
        .outerjoin(
            CheckRow,
            (CheckRow.grading_id == Submission.published_grading_id) & (CheckRow.name == Mark.check_name),
        )
        .where(Mark.assignment_id == assignment_id, Mark.check_name == check_name, Mark.published_at.is_not(None))
        .order_by(Mark.answer_id)
    )
    with db.read() as session:
        return session.execute(query).all()


def _given(db: Database, submission_id: int, check_name: str) -> float | None:
    query = select(Override.points).where(
        Override.submission_id == submission_id, Override.check_name == check_name, Override.revoked_at.is_(None)
    )
    with db.read() as session:
        return session.scalars(query.order_by(Override.id.desc()).limit(1)).first()


# ---------------------------------------------------------------------------------------- saved comments


def keep_comment(db: Database, assignment_id: int, check_name: str, author_id: int, body: str) -> SavedComment:
    """Keep words for the next answers to this question; the same words twice are one."""
    here = {"assignment_id": assignment_id, "check_name": check_name}
    with db.write() as session:
        query = select(SavedComment).filter_by(**here, body=words(body), removed_at=None)
        known = session.scalars(query).first()
        if known is not None:
            return known
        made = SavedComment(**here, author_id=author_id, body=words(body))
        session.add(made)
        session.flush()
        course_id = session.get_one(Assignment, assignment_id).course_id
        audit(session, author_id, "saved_comment.add", f"saved_comment:{made.id}", course_id=course_id)
    return made


def drop_comment(db: Database, assignment_id: int, check_name: str, comment_id: int, actor_id: int) -> bool:
    """Offer these words no more; False where the question has no such words."""
    with db.write() as session:
        found = session.get(SavedComment, comment_id)
        if found is None or (found.assignment_id, found.check_name) != (assignment_id, check_name):
            return False
        if found.removed_at is None:
            found.removed_at = utc_now()
            course_id = session.get_one(Assignment, assignment_id).course_id
            audit(session, actor_id, "saved_comment.remove", f"saved_comment:{comment_id}", course_id=course_id)
    return True
