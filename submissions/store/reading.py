"""What the pages about courses and exercises read: a fixed number of statements for each page, all by an index.

Rows come back detached. What a student may see of a score is decided here once: `Score.of_standing` and
`Score.of_submission` give the public checks alone until the results are open to him.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.courses import Assignment, Course, Extension
from submissions.models.people import Enrolment
from submissions.models.work import Draft, Source, Standing, Submission
from submissions.store import rules

RECENT_ATTEMPTS = 8


@dataclass(frozen=True)
class Score:
    """Points as a reader may see them. `partial`: other checks count as well, and open later."""

    points: float | None
    most: float | None
    partial: bool = False

    @property
    def is_full(self) -> bool:
        """All points there are to be had."""
        return self.points is not None and self.most is not None and self.points >= self.most > 0

    @classmethod
    def of_submission(cls, submission: Submission, most: float, *, everything: bool) -> Score:
        """The score of one submission; `most` where it has none yet."""
        if everything:
            return cls(submission.score, submission.max_score or most)
        shown = submission.shown_max
        return cls(submission.shown_score, shown or most, partial=_less(shown, submission.max_score or most))

    @classmethod
    def of_standing(cls, standing: Standing | None, most: float, *, everything: bool) -> Score:
        """The score that counts for an assignment."""
        if standing is None:
            return cls(None, most)
        if everything:
            return cls(standing.score, most)
        return cls(standing.shown_score, standing.shown_max or most, partial=_less(standing.shown_max, most))


@dataclass(frozen=True)
class AssignmentRow:
    """An assignment as one student finds it. `last`: his latest submission."""

    assignment: Assignment
    standing: Standing | None
    extension: Extension | None
    last: Submission | None

    @property
    def due_at(self) -> datetime | None:
        """His own date."""
        return rules.due(self.assignment, self.extension)

    @property
    def closes_at(self) -> datetime | None:
        """The last moment at which he may hand in."""
        return rules.closes(self.assignment, self.extension)

    def is_open_at(self, now: datetime) -> bool:
        """Whether handing in is possible, as far as dates say."""
        opens, closes = self.assignment.opens_at, self.closes_at
        return (opens is None or opens <= now) and (closes is None or now <= closes)

    def score_at(self, now: datetime) -> Score:
        """What counts so far, as he may see it."""
        everything = rules.results_open(self.assignment, self.extension, now)
        return Score.of_standing(self.standing, self.assignment.max_score, everything=everything)


@dataclass(frozen=True)
class CourseCard:
    """A course on the first page of one of its members."""

    course: Course
    role: str
    assignments: tuple[AssignmentRow, ...]


@dataclass(frozen=True)
class ExerciseState:
    """What a student has in an exercise. `last_source`: the code of his latest submission, unless it is a notebook."""

    attempts: tuple[Submission, ...]
    standing: Standing | None
    extension: Extension | None
    draft: Draft | None
    last_source: str | None


def my_courses(db: Database, user_id: int) -> list[CourseCard]:
    """The courses somebody is a member of, running ones first and the newest before the others. Two statements."""
    mine = (
        select(Enrolment, Course)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.user_id == user_id, Enrolment.removed_at.is_(None))
        .order_by(Course.archived_at.is_not(None), Course.id.desc())
    )
    with db.read() as session:
        found = [(enrolment.role, course) for enrolment, course in session.execute(mine)]
        rows = _rows(session, user_id, Assignment.course_id.in_([course.id for _, course in found]))
    return [
        CourseCard(course, role, tuple(row for row in rows if row.assignment.course_id == course.id))
        for role, course in found
    ]


def course_rows(db: Database, user_id: int, course_id: int, track: str | None = None) -> list[AssignmentRow]:
    """The assignments of a course (or of one of its tracks) as this student finds them. One statement."""
    condition = Assignment.course_id == course_id
    with db.read() as session:
        return _rows(session, user_id, condition if track is None else and_(condition, Assignment.track == track))


def batch_rows(db: Database, user_id: int, submissions: Iterable[Submission]) -> dict[int, AssignmentRow]:
    """The assignments that a batch was handed in for, by their id. One statement."""
    wanted = [submission.assignment_id for submission in submissions]
    with db.read() as session:
        found = _rows(session, user_id, Assignment.id.in_(wanted), removed=True)
    return {row.assignment.id: row for row in found}


def exercise_state(db: Database, user_id: int, assignment: Assignment) -> ExerciseState:
    """What the page of an exercise shows of this student. At most five statements."""
    key = (assignment.id, user_id)
    with db.read() as session:
        attempts = tuple(session.scalars(_attempts(*key).limit(RECENT_ATTEMPTS)))
        source = session.get(Source, attempts[0].id) if attempts and attempts[0].kind == "py" else None
        return ExerciseState(
            attempts=attempts,
            standing=session.get(Standing, key),
            extension=session.scalar(select(Extension).filter_by(assignment_id=key[0], user_id=key[1])),
            draft=session.get(Draft, (user_id, assignment.id)),
            last_source=source.content.decode("utf-8", "replace") if source is not None else None,
        )


def attempts_before(
    db: Database, user_id: int, assignment_id: int, attempt: int | None, count: int
) -> Sequence[Submission]:
    """A page of somebody's submissions, the latest first: `count` of those before `attempt`. One statement."""
    query = _attempts(assignment_id, user_id).limit(count)
    if attempt is not None:
        query = query.where(Submission.attempt < attempt)
    with db.read() as session:
        return session.scalars(query).all()


def extension_of(db: Database, user_id: int, assignment_id: int) -> Extension | None:
    """What was granted to this student. One statement."""
    with db.read() as session:
        return session.scalar(select(Extension).filter_by(assignment_id=assignment_id, user_id=user_id))


def _attempts(assignment_id: int, user_id: int) -> Select[Submission]:
    mine = select(Submission).where(Submission.assignment_id == assignment_id, Submission.user_id == user_id)
    return mine.order_by(Submission.attempt.desc())


def _rows(session: Session, user_id: int, condition: object, *, removed: bool = False) -> list[AssignmentRow]:
    query = (
        select(Assignment, Standing, Extension, Submission)
        .outerjoin(Standing, and_(Standing.assignment_id == Assignment.id, Standing.user_id == user_id))
        .outerjoin(Extension, and_(Extension.assignment_id == Assignment.id, Extension.user_id == user_id))
        .outerjoin(Submission, Submission.id == Standing.last_submission_id)
        .where(condition)  # type: ignore[arg-type]
        .order_by(Assignment.position, Assignment.id)
    )
    if not removed:
        query = query.where(Assignment.removed_at.is_(None))
    return [AssignmentRow(*row) for row in session.execute(query)]


def _less(shown: float | None, most: float | None) -> bool:
    return shown is not None and most is not None and shown < most
