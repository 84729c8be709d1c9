"""Handing in: one transaction that checks the rules, numbers the attempt, keeps the file and puts it in the queue.

The standing's row is the lock: two submissions of one student to one assignment come one after the other, so neither
the attempt limit nor the cool-down can be outrun. When it commits, the submission is safe; the bell is only a hint.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Course, Extension
from submissions.models.work import CHARGED, Draft, Grading, Source, Submission, WrittenAnswer
from submissions.store import rules
from submissions.store.dialects import insert
from submissions.store.places import LIVE, next_tag
from submissions.store.plain import plain, words
from submissions.store.refused import Refused
from submissions.store.results import lock_standing

__all__ = ["Allowance", "NewSubmission", "Refused", "add", "allowance", "draft", "save_draft"]

# Of one student in one assignment: more would only push his own results back.
MOST_WAITING = 3
PUBLIC_ID_BYTES = 10


@dataclass(frozen=True)
class NewSubmission:
    """What a student hands in. `content` is the file as it came, `answers` his words by the name of the check."""

    user_id: int
    assignment_id: int
    content: bytes
    kind: str
    name: str
    seed: int
    pack_id: str
    answers: Mapping[str, str] = field(default_factory=dict)
    batch: str | None = None
    request_key: str | None = None


@dataclass(frozen=True)
class Allowance:
    """What a student may still do in an assignment, at one moment.

    due_at, closes_at: his own, with an extension. attempts_left: None for any number. next_at: when the cool-down ends,
    None where it does not hold him. why_not: the code of the refusal a submission would meet now.
    """

    attempts_used: int
    attempts_left: int | None
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    late_factor_now: float
    next_at: datetime | None
    why_not: str | None

    @property
    def open(self) -> bool:
        """Whether a submission would be taken now."""
        return self.why_not is None


@dataclass(frozen=True)
class _Past:
    """What this student has handed in for this assignment so far."""

    submitted: int
    last_attempt: int
    charged: int
    waiting: int
    last_charged_at: datetime | None


def add(db: Database, new: NewSubmission) -> Submission:
    """Take a submission. Raises Refused with the code of the rule that stands in the way.

    The moment that counts is when this was called, not when the database had time for it.
    """
    at = _now(db)
    with db.write() as session:
        standing = lock_standing(session, new.assignment_id, new.user_id)
        repeated = _of_request(session, new)
        if repeated is not None:
            return repeated
        assignment = session.get_one(Assignment, new.assignment_id)
        extension = _extension(session, new.assignment_id, new.user_id)
        past = _past(session, new.assignment_id, new.user_id)
        _require_allowed(_allowance(session, assignment, extension, past, at), assignment)
        submission = _store(session, new, assignment, extension, past, at)
        standing.submitted, standing.attempts = past.submitted + 1, past.charged + 1
        standing.last_submission_id, standing.last_submitted_at = submission.id, at
    return submission


def allowance(db: Database, user_id: int, assignment: Assignment, now: datetime | None = None) -> Allowance:
    """What this student may still do in `assignment` at `now`."""
    with db.read() as session:
        extension = _extension(session, assignment.id, user_id)
        past = _past(session, assignment.id, user_id)
        return _allowance(session, assignment, extension, past, now or utc_now())


def _now(db: Database) -> datetime:
    with db.read() as session:
        return datetime.fromtimestamp(db.now(session), UTC)


def _of_request(session: Session, new: NewSubmission) -> Submission | None:
    if new.request_key is None:
        return None
    mine = select(Submission).filter_by(user_id=new.user_id, request_key=new.request_key)
    known = session.scalars(mine).one_or_none()
    if known is not None and known.assignment_id != new.assignment_id:
        raise Refused("request_key_used")
    return known


def _extension(session: Session, assignment_id: int, user_id: int) -> Extension | None:
    query = select(Extension).filter_by(assignment_id=assignment_id, user_id=user_id)
    return session.scalars(query).one_or_none()


def _past(session: Session, assignment_id: int, user_id: int) -> _Past:
    charged = Submission.state.in_(CHARGED)
    query = select(
        func.count(),
        func.coalesce(func.max(Submission.attempt), 0),
        func.coalesce(func.sum(case((charged, 1), else_=0)), 0),
        func.coalesce(func.sum(case((Submission.state == "queued", 1), else_=0)), 0),
        func.max(case((charged, Submission.submitted_at))),
    ).filter_by(assignment_id=assignment_id, user_id=user_id)
    return _Past(*session.execute(query).one())


def _allowance(
    session: Session, assignment: Assignment, extension: Extension | None, past: _Past, now: datetime
) -> Allowance:
    limit = rules.attempt_limit(assignment, extension)
    next_at = None
    if past.last_charged_at is not None and assignment.cooldown_seconds:
        next_at = past.last_charged_at + timedelta(seconds=assignment.cooldown_seconds)
    allowed = Allowance(
        attempts_used=past.charged,
        attempts_left=None if limit is None else max(0, limit - past.charged),
        opens_at=assignment.opens_at,
        due_at=rules.due(assignment, extension),
        closes_at=rules.closes(assignment, extension),
        late_factor_now=rules.late_factor(assignment, rules.late_seconds(assignment, extension, now)),
        next_at=next_at if next_at is not None and next_at > now else None,
        why_not=None,
    )
    archived = session.get_one(Course, assignment.course_id).archived_at is not None
    reasons = (
        ("archived", archived or assignment.removed_at is not None),
        ("not_open", allowed.opens_at is not None and now < allowed.opens_at),
        ("closed", allowed.closes_at is not None and now > allowed.closes_at),
        ("no_attempts_left", allowed.attempts_left == 0),
        ("cooldown", allowed.next_at is not None),
        ("too_many_waiting", past.waiting >= MOST_WAITING),
    )
    why_not = next((code for code, holds in reasons if holds), None)
    return Allowance(**{**vars(allowed), "why_not": why_not})


def _require_allowed(allowed: Allowance, assignment: Assignment) -> None:
    if allowed.why_not is None:
        return
    details: dict[str, dict[str, object]] = {
        "not_open": {"opens_at": allowed.opens_at},
        "closed": {"closes_at": allowed.closes_at},
        "no_attempts_left": {"limit": allowed.attempts_used},
        "cooldown": {"next_at": allowed.next_at, "seconds": assignment.cooldown_seconds},
        "too_many_waiting": {"limit": MOST_WAITING},
    }
    raise Refused(allowed.why_not, **details.get(allowed.why_not, {}))


def _store(
    session: Session,
    new: NewSubmission,
    assignment: Assignment,
    extension: Extension | None,
    past: _Past,
    at: datetime,
) -> Submission:
    late = rules.late_seconds(assignment, extension, at)
    submission = Submission(
        public_id=secrets.token_hex(PUBLIC_ID_BYTES),
        assignment_id=new.assignment_id,
        user_id=new.user_id,
        attempt=past.last_attempt + 1,
        kind=new.kind,
        name=words(new.name),
        size=len(new.content),
        sha256=hashlib.sha256(new.content).hexdigest(),
        submitted_at=at,
        late_seconds=late,
        late_factor=rules.late_factor(assignment, late),
        batch=new.batch,
        request_key=new.request_key,
        state="queued",
    )
    session.add(submission)
    session.flush()
    session.add(Source(submission_id=submission.id, content=new.content))
    session.add_all(
        WrittenAnswer(submission_id=submission.id, check_name=name, text=words(text))
        for name, text in new.answers.items()
    )
    session.add(
        Grading(
            submission_id=submission.id,
            user_id=new.user_id,
            pack_id=new.pack_id,
            seed=new.seed,
            priority=LIVE,
            fair_tag=next_tag(session, new.user_id, LIVE),
            queued_at=at,
        )
    )
    session.flush()
    return submission


# ------------------------------------------------------------------------------------------------- drafts


def save_draft(
    db: Database, user_id: int, assignment_id: int, source: str, answers: Mapping[str, str] | None = None
) -> None:
    """Keep what the student has in the editor; the latest one wins."""
    values = {"source": words(source), "answers": plain(dict(answers or {})), "saved_at": utc_now()}
    key = {"user_id": user_id, "assignment_id": assignment_id}
    with db.write() as session:
        statement = insert(session)(Draft).values(**key, **values)
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def draft(db: Database, user_id: int, assignment_id: int) -> Draft | None:
    """What the student had in the editor."""
    with db.read() as session:
        return session.get(Draft, (user_id, assignment_id))
