"""Letting one student hand in again: more attempts, more time, on top of what he was granted before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Extension
from submissions.store.plain import words
from submissions.store.records import audit
from submissions.store.results import apply_rules, lock_standing


def reopen(
    db: Database,
    assignment_id: int,
    user_id: int,
    actor_id: int,
    *,
    attempts: int,
    due_at: datetime | None,
    reason: str,
) -> Extension:
    """Grant further attempts, and another end where `due_at` is given. What he had handed in late is scored anew."""
    with db.write() as session:
        lock_standing(session, assignment_id, user_id)  # two who reopen at once both count
        key = {"assignment_id": assignment_id, "user_id": user_id}
        query = select(Extension).filter_by(**key)
        found = session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
        before = _record(found) if found is not None else None
        if found is None:
            found = Extension(**key, extra_attempts=0)
            session.add(found)
        found.extra_attempts += attempts
        found.due_at = due_at or found.due_at
        found.reason, found.granted_by, found.granted_at = words(reason), actor_id, utc_now()
        session.flush()
        audit(
            session,
            actor_id,
            "extension.grant",
            f"assignment:{assignment_id}/user:{user_id}",
            course_id=session.get_one(Assignment, assignment_id).course_id,
            before=before,
            after=_record(found),
            reason=found.reason,
        )
        apply_rules(session, assignment_id, user_id)
    return found


def _record(extension: Extension) -> dict[str, Any]:
    due = extension.due_at.isoformat() if extension.due_at else None
    return {"due_at": due, "extra_attempts": extension.extra_attempts}
