"""What a measurement looks up in the tables: which of its submissions have ended, and when."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from submissions.db import Database
from submissions.models.courses import Assignment
from submissions.models.work import Grading, Submission

LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Ended:
    """A submission that was graded: seconds since the epoch, and the engine's own milliseconds."""

    user_id: int
    submitted: float
    finished: float
    engine_ms: float
    full: bool

    @property
    def seconds(self) -> float:
        """From handing in to the result."""
        return self.finished - self.submitted


def of_course(course_id: int) -> Select[int]:
    """The assignments of a course, for a condition."""
    return select(Assignment.id).where(Assignment.course_id == course_id)


def count(db: Database, course_id: int, *states: str, only: int | None = None) -> int:
    """How many submissions of a course there are in these states; `only`: look at this one."""
    query = select(func.count()).select_from(Submission).where(Submission.state.in_(states))
    mine = Submission.assignment_id.in_(of_course(course_id)) if only is None else Submission.id == only
    query = query.where(mine)
    with db.read() as session:
        return session.scalar(query) or 0


def wait_until_graded(db: Database, course_id: int, seconds: float, only: int | None = None) -> bool:
    """Wait until nothing of the course (or only this submission) waits any more; False if the time was too short."""
    deadline = time.monotonic() + seconds
    while count(db, course_id, "queued", "running", only=only):
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def ended(db: Database, course_id: int) -> list[Ended]:
    """Every graded submission of a course, the first to end first."""
    query = (
        select(Submission, Grading)
        .join(Grading, Grading.id == Submission.published_grading_id)
        .where(Submission.assignment_id.in_(of_course(course_id)), Submission.state == "graded")
        .order_by(Grading.finished_at)
    )
    with db.read() as session:
        return [
            Ended(
                submission.user_id,
                submission.submitted_at.timestamp(),
                grading.finished_at.timestamp() if grading.finished_at is not None else 0.0,
                grading.total_ms or 0.0,
                full=submission.score == submission.max_score,
            )
            for submission, grading in session.execute(query)
        ]


def engine_ms(db: Database, public_id: str) -> float:
    """How long the engine itself took for a submission."""
    query = (
        select(Grading.total_ms)
        .join(Submission, Submission.published_grading_id == Grading.id)
        .where(Submission.public_id == public_id)
    )
    with db.read() as session:
        return session.scalar(query) or 0.0
