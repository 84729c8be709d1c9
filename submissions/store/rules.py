"""An assignment's rules for one student, as pure functions of rows and moments: until when, how late, what it costs.

An extension never shortens. Whoever has one gets the same grace after it as others get after the common date.
"""

from __future__ import annotations

import math
from datetime import datetime

from submissions.models.courses import Assignment, Extension

DAY_SECONDS = 86400


def due(assignment: Assignment, extension: Extension | None) -> datetime | None:
    """When this student's work is due; None for never."""
    if assignment.due_at is None or extension is None or extension.due_at is None:
        return assignment.due_at
    return max(assignment.due_at, extension.due_at)


def closes(assignment: Assignment, extension: Extension | None) -> datetime | None:
    """The last moment at which a submission of this student is taken; None for never."""
    own = due(assignment, extension)
    if own is None or assignment.late_policy == "none":
        return own
    if assignment.late_until is None or assignment.due_at is None:
        return None
    return max(own, own + (assignment.late_until - assignment.due_at))


def late_seconds(assignment: Assignment, extension: Extension | None, at: datetime) -> int:
    """How late a submission at this moment is, begun seconds counting whole; 0 when in time."""
    own = due(assignment, extension)
    return 0 if own is None else max(0, math.ceil((at - own).total_seconds()))


def late_factor(assignment: Assignment, seconds: int) -> float:
    """What is left of a score that came so late: each begun day costs `late_percent` of it."""
    if seconds <= 0 or assignment.late_policy != "deduct":
        return 1.0
    days = math.ceil(seconds / DAY_SECONDS)
    return max(0.0, round(1.0 - days * assignment.late_percent / 100.0, 9))


def attempt_limit(assignment: Assignment, extension: Extension | None) -> int | None:
    """How many attempts this student has in all; None for any number."""
    if assignment.attempt_limit is None:
        return None
    return assignment.attempt_limit + (extension.extra_attempts if extension is not None else 0)


def results_open(assignment: Assignment, extension: Extension | None, now: datetime) -> bool:
    """Whether this student may see results that wait for the deadline.

    Never while a submission of his own could still profit from them: not before his own date, and where no moment is
    set, not before his last one.
    """
    if assignment.results_open_at is None:
        opens = closes(assignment, extension) or due(assignment, extension)
    else:
        opens = max(filter(None, (assignment.results_open_at, due(assignment, extension))))
    return opens is not None and now > opens
