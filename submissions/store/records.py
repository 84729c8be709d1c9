"""What is written beside a change, in its transaction: the audit log, alerts, comments, wishes for a regrade."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment
from submissions.models.records import Alert, AuditEntry, Comment, RegradeRequest
from submissions.models.work import Submission
from submissions.store.plain import words
from submissions.store.refused import Refused


def audit(  # noqa: PLR0913 - an entry has as many parts; all but four are named
    session: Session,
    actor_id: int | None,
    action: str,
    subject: str,
    *,
    course_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    address: str = "",
) -> AuditEntry:
    """Note who changed what. `actor_id` is None for the service itself; `subject` is like "submission:17"."""
    entry = AuditEntry(
        actor_id=actor_id,
        course_id=course_id,
        action=action,
        subject=subject,
        before=before,
        after=after,
        reason=reason,
        address=address,
    )
    session.add(entry)
    return entry


def course_of(session: Session, submission_id: int) -> int:
    """The id of the course that a submission belongs to."""
    query = select(Assignment.course_id).join(Submission, Submission.assignment_id == Assignment.id)
    return session.scalars(query.where(Submission.id == submission_id)).one()


# ------------------------------------------------------------------------------------------------- alerts


def alert(session: Session, submission_id: int, kind: str, grading_id: int | None, detail: str) -> Alert:
    """Tell a course's instructors that something of ours went wrong. kind: system_error or broken_pack."""
    row = Alert(course_id=course_of(session, submission_id), kind=kind, grading_id=grading_id, detail=detail)
    session.add(row)
    return row


def open_alerts(db: Database, course_id: int) -> list[Alert]:
    """What no instructor has seen yet, the latest first."""
    query = select(Alert).where(Alert.course_id == course_id, Alert.seen_at.is_(None)).order_by(Alert.id.desc())
    with db.read() as session:
        return list(session.scalars(query))


def see_alert(db: Database, alert_id: int, user_id: int, course_id: int | None = None) -> bool:
    """Somebody has seen it; whether it was still open. The first one stays named. `course_id`: only one of this."""
    here = () if course_id is None else (Alert.course_id == course_id,)
    with db.write() as session:
        seen = session.execute(
            update(Alert)
            .where(Alert.id == alert_id, Alert.seen_at.is_(None), *here)
            .values(seen_at=utc_now(), seen_by=user_id)
            .returning(Alert.course_id)
        ).first()
        if seen is not None:
            audit(session, user_id, "alert.see", f"alert:{alert_id}", course_id=seen.course_id)
    return seen is not None


# ----------------------------------------------------------------------------------------------- comments


def add_comment(
    db: Database, submission_id: int, author_id: int, body: str, line: int | None = None, cell: int | None = None
) -> Comment:
    """Staff's words about a submission, or about one line of it."""
    comment = Comment(submission_id=submission_id, author_id=author_id, body=words(body), line=line, cell=cell)
    with db.write() as session:
        session.add(comment)
        session.flush()
        subject, course_id = f"submission:{submission_id}", course_of(session, submission_id)
        audit(session, author_id, "comment.add", subject, course_id=course_id, after=_record(comment))
    return comment


def remove_comment(db: Database, comment_id: int, actor_id: int, submission_id: int | None = None) -> bool:
    """Take a comment back; the row stays, and the audit log says who did it. `submission_id`: only one of this one's.

    False where there is no such comment any more.
    """
    with db.write() as session:
        query = select(Comment).where(Comment.id == comment_id, Comment.removed_at.is_(None)).with_for_update()
        comment = session.scalars(query).one_or_none()
        if comment is None or submission_id not in (None, comment.submission_id):
            return False
        comment.removed_at = utc_now()
        subject, course_id = f"submission:{comment.submission_id}", course_of(session, comment.submission_id)
        audit(session, actor_id, "comment.remove", subject, course_id=course_id, before=_record(comment))
    return True


def _record(comment: Comment) -> dict[str, Any]:
    return {"comment": comment.id, "cell": comment.cell, "line": comment.line}


def comments(db: Database, submission_id: int) -> list[Comment]:
    """The comments on a submission that were not taken back, in their order."""
    query = select(Comment).where(Comment.submission_id == submission_id, Comment.removed_at.is_(None))
    with db.read() as session:
        return list(session.scalars(query.order_by(Comment.id)))


# ------------------------------------------------------------------------------------ wishes for a regrade


def request_regrade(db: Database, submission_id: int, user_id: int, reason: str) -> RegradeRequest:
    """A student's wish that someone looks again. Refused("already_requested") while an earlier one is open."""
    wish = RegradeRequest(submission_id=submission_id, user_id=user_id, reason=reason)
    with db.write() as session:
        # The submission's row is the lock: two wishes at once become one.
        session.scalars(select(Submission).where(Submission.id == submission_id).with_for_update()).one()
        earlier = (RegradeRequest.submission_id == submission_id, RegradeRequest.state == "open")
        if session.scalars(select(RegradeRequest.id).where(*earlier)).first() is not None:
            raise Refused("already_requested")
        session.add(wish)
        session.flush()
    return wish


def open_wish(db: Database, submission_id: int) -> RegradeRequest | None:
    """The wish for a submission that nobody has decided yet."""
    query = select(RegradeRequest).where(RegradeRequest.submission_id == submission_id, RegradeRequest.state == "open")
    with db.read() as session:
        return session.scalars(query).first()


def decide_regrade(db: Database, request_id: int, actor_id: int, *, accept: bool, answer: str = "") -> RegradeRequest:
    """Accept or decline a wish, once. The regrade itself is `queue.add_regrade`. Refused("already_decided")."""
    with db.write() as session:
        wish = session.scalars(select(RegradeRequest).where(RegradeRequest.id == request_id).with_for_update()).one()
        if wish.state != "open":
            raise Refused("already_decided")
        wish.state = "accepted" if accept else "declined"
        wish.answer, wish.decided_by, wish.decided_at = answer, actor_id, utc_now()
        audit(
            session,
            actor_id,
            f"regrade_request.{wish.state}",
            f"submission:{wish.submission_id}",
            course_id=course_of(session, wish.submission_id),
            reason=answer,
        )
    return wish
