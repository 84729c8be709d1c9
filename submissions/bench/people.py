"""Who hands in what while the service is measured: a course, its students, already signed in, and right answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.packs import Pack
from submissions.bench.browser import Browser
from submissions.models.courses import Assignment, Course
from submissions.models.people import User
from submissions.service import Service
from submissions.store import accounts, courses, login_sessions

PACKS = ("second-derivative", "backward-twice", "vector-control-flow", "own-control-flow", "plot-sin")


@dataclass(frozen=True)
class Student:
    """A student with the token of his browser."""

    user: User
    token: str

    def browser(self, service: Service) -> Browser:
        """A browser in which he is signed in."""
        return Browser(service.settings.port, self.token)


@dataclass(frozen=True)
class Exercise:
    """An assignment with its pack's solution."""

    assignment: Assignment
    pack: Pack

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/assignments/{self.assignment.id}"

    @property
    def solution(self) -> str:
        """An answer for which there are full marks."""
        return (self.pack.path / "solution.py").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Classroom:
    """A course, its exercises and its students."""

    course: Course
    exercises: tuple[Exercise, ...]
    students: tuple[Student, ...]


def classroom(service: Service, slug: str, packs: Sequence[str], students: int) -> Classroom:
    """Make a course of these packs, one assignment for each time a pack is named, and so many students."""
    course = courses.create_course(service.db, Course(slug=slug, title_en=slug, title_zh=slug))
    return Classroom(
        course,
        tuple(_exercise(service, course, pack_id) for pack_id in packs),
        tuple(student(service, course, f"{slug}-{number}") for number in range(students)),
    )


def _exercise(service: Service, course: Course, pack_id: str) -> Exercise:
    pack = service.packs.get(pack_id)
    assignment = Assignment(course_id=course.id, pack_id=pack_id, max_score=pack.max_score)
    return Exercise(courses.add_assignment(service.db, assignment), pack)


def student(service: Service, course: Course, login: str) -> Student:
    """A new student of the course, signed in."""
    user = accounts.create_user(service.db, accounts.NewUser(login, login, None))
    accounts.enrol(service.db, course.id, user.id, "student")
    return Student(user, login_sessions.open_session(service.db, user.id, "127.0.0.1", "bench"))
