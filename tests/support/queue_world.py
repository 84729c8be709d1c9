"""A small course in a database, students who hand in, and reports that a grader might give."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from grader.report import CheckResult, Report, total
from submissions.models.courses import Assignment, Course
from submissions.models.people import Enrolment, User
from submissions.models.records import Alert
from submissions.models.work import Grading, Standing, Submission
from submissions.store import queue, submitting
from submissions.store.submitting import NewSubmission

WORDS = {"en": "words", "zh": "文字"}
PACK = "small-pack"
SOURCE = b"def f(x):\n    return x\n"


def check(name="value", verdict="passed", points=None, max_points=4.0, visibility="public", cap=None):
    """The result of a check; a passed one has all its points."""
    earned = points if points is not None else (max_points if verdict == "passed" else 0.0)
    return CheckResult(name, WORDS, verdict, earned, max_points, visibility, cap=cap)


def report(*checks, status="graded", seed=1, **changes):
    """A report as the engine puts it together."""
    facts = {
        "pack": PACK, "pack_version": "1", "engine_version": "1", "torch_version": "2", "status": status,
        "score": total(checks), "max_score": sum(one.max_points for one in checks), "seed": seed, "checks": checks,
        "timing_ms": {"total": 5.0}, "pack_digest": "d" * 64,
    }  # fmt: skip
    return Report(**facts | changes)


def now():
    return datetime.now(UTC)


@dataclass
class World:
    """A course with an instructor, students and assignments."""

    db: object
    course: Course
    instructor: User
    _numbers: count

    def student(self, name=None):
        with self.db.write() as session:
            user = User(login=name or f"student{next(self._numbers)}", name=name or "Student")
            session.add(user)
            session.flush()
            session.add(Enrolment(user_id=user.id, course_id=self.course.id, role="student"))
        return user

    def assignment(self, **rules):
        with self.db.write() as session:
            made = Assignment(course_id=self.course.id, pack_id=PACK, **rules)
            session.add(made)
        return made

    def hand_in(self, user, assignment, **changes):
        new = NewSubmission(
            user.id, assignment.id, SOURCE, "py", "answer.py", seed=next(self._numbers), pack_id=assignment.pack_id
        )
        return submitting.add(self.db, replace(new, **changes))

    def graded(self, user, assignment, *checks, **changes):
        """Hand in, have it graded with these results, and give the submission as it then stands."""
        submission = self.hand_in(user, assignment, **changes)
        claim = queue.claim(self.db, "worker")
        assert claim.submission_id == submission.id
        assert queue.finish(self.db, claim, report(*checks))
        return self.again(submission)

    def again(self, row):
        """The row as it is now."""
        with self.db.read() as session:
            return session.get_one(type(row), row.id)

    def standing(self, user, assignment):
        with self.db.read() as session:
            return session.get(Standing, (assignment.id, user.id))

    def all(self, model):
        with self.db.read() as session:
            return session.query(model).order_by(model.id).all()

    def gradings(self):
        return self.all(Grading)

    def submissions(self):
        return self.all(Submission)

    def alerts(self):
        return self.all(Alert)


def world(db):
    """A fresh course in `db`."""
    with db.write() as session:
        instructor = User(login="instructor", name="Instructor")
        course = Course(slug="ad", title_en="Autodiff", title_zh="自动微分")
        session.add_all([instructor, course])
        session.flush()
        session.add(Enrolment(user_id=instructor.id, course_id=course.id, role="instructor"))
    return World(db, course, instructor, count(1))


def in_days(days):
    return now() + timedelta(days=days)
