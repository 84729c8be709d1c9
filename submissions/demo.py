"""The demo course: the exercises that came with the installation, and a person for each role to sign in as.

Everything is made once; a later start finds it and keeps it. The passwords are made by chance and kept, readable for
the owner of the data folder alone, so that they can be shown again.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import LOCALTZ

from grader.errors import GraderError
from submissions import intake
from submissions.auth.passwords import Passwords
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Course
from submissions.models.people import User
from submissions.models.work import Submission
from submissions.service import Service, Track
from submissions.store import accounts, courses

SLUG = "autodiff"
LOGINS_FILE = "demo-logins.json"
WEEKS_OPEN = 8
SAMPLE_PACK = "plot-sin"
SAMPLE_KEY = "demo-sample"
LOOK_SECONDS = 0.05
HASHING_SECONDS = 300.0  # at a first start all processors are busy, and nobody waits at a form
# Easily read aloud and typed; nobody else's: 12 of 31 characters are 59 random bits.
GROUPS, GROUP_LENGTH = 3, 4


@dataclass(frozen=True)
class Person:
    """An account of the demo. role: in the course; None for the administrator."""

    login: str
    name: str
    role: str | None


PEOPLE = (
    Person("student", "Li Hua 李华", "student"),
    Person("classmate", "Amina Diallo", "student"),
    Person("assistant", "Chen Wei 陈伟", "assistant"),
    Person("instructor", "Elena Rossi", "instructor"),
    Person("admin", "Admin", None),
)


class NoExercises(GraderError):  # noqa: N818 - nothing malfunctions; the demo has nothing to show
    """No folder of exercises has a course.toml with a track."""


@dataclass(frozen=True)
class Login:
    """A password of the demo, and its hash as the account has it until somebody changes it."""

    password: str
    hashed: str


@dataclass(frozen=True)
class Demo:
    """What is there to look at. passwords: by login; without those that somebody has changed since."""

    course: Course
    passwords: dict[str, str]
    is_new: bool


def ensure(service: Service) -> Demo:
    """Make the demo course and its people, or find them. Raises NoExercises, PackError."""
    logins = read_logins(service.settings.data / LOGINS_FILE)
    people = {person.login: _account(service, person, logins[person.login]) for person in PEOPLE}
    known = courses.course_by_slug(service.db, SLUG)
    course = known or _course(service, people["instructor"].id)
    for person in PEOPLE:
        if person.role is not None:
            accounts.enrol(service.db, course.id, people[person.login].id, person.role)
    _assignments(service, course)
    passwords = {
        login: logins[login].password for login, user in people.items() if user.password_hash == logins[login].hashed
    }
    return Demo(course, passwords, is_new=known is None)


def read_logins(path: Path) -> dict[str, Login]:
    """The demo's passwords by login; made first where there is no such file."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({login: asdict(made) for login, made in _new_logins().items()}, file, indent=2)
        draft.replace(path)
    return {login: Login(**kept) for login, kept in json.loads(path.read_text(encoding="utf-8")).items()}


def _new_logins() -> dict[str, Login]:
    hasher = Passwords(wait_seconds=HASHING_SECONDS)
    passwords = [new_password() for _ in PEOPLE]
    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        hashes = list(pool.map(hasher.hash, passwords))
    return {person.login: Login(*made) for person, *made in zip(PEOPLE, passwords, hashes, strict=True)}


def new_password() -> str:
    """A password made by chance."""
    return "-".join(
        "".join(secrets.choice(courses.CODE_ALPHABET.lower()) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )


def _account(service: Service, person: Person, login: Login) -> User:
    found = accounts.user_by_login(service.db, person.login)
    if found is not None:
        return found
    new = accounts.NewUser(person.login, person.name, login.hashed, is_admin=person.role is None)
    return accounts.create_user(service.db, new)


def _track(service: Service) -> Track:
    tracks = service.packs.course().tracks
    if not tracks:
        raise NoExercises("No folder of exercises has a course.toml with a track.")
    return tracks[0]


def _course(service: Service, instructor_id: int) -> Course:
    track = _track(service)
    zone = LOCALTZ.key if isinstance(LOCALTZ, ZoneInfo) else "UTC"
    course = Course(
        slug=SLUG,
        title_en=track.title["en"],
        title_zh=track.title["zh"],
        timezone=zone,
        code=courses.new_code(),
    )
    return courses.create_course(service.db, course, instructor_id)


def _assignments(service: Service, course: Course) -> None:
    """An assignment for each exercise of the track; one that is past its due date opens for another while."""
    track = _track(service)
    known = {assignment.pack_id: assignment for assignment in courses.assignments(service.db, course.id)}
    due = _end_of_day(utc_now() + timedelta(weeks=WEEKS_OPEN), course.timezone)
    for position, pack_id in enumerate(track.packs, 1):
        assignment = known.get(pack_id)
        if assignment is None:
            new = Assignment(
                course_id=course.id,
                pack_id=pack_id,
                track=track.id,
                position=position,
                due_at=due,
                max_score=service.packs.get(pack_id).max_score,
            )
            courses.add_assignment(service.db, new)
        elif assignment.due_at is not None and assignment.due_at < utc_now():
            courses.change_assignment(service.db, assignment.id, None, due_at=due)


def _end_of_day(moment: datetime, timezone: str) -> datetime:
    return moment.astimezone(ZoneInfo(timezone)).replace(hour=23, minute=59, second=0, microsecond=0)


# ------------------------------------------------------------------------------------------------ sample


def submit_sample(service: Service, demo: Demo) -> Submission:
    """Hand in the solution of one exercise as the demo's student; the one of an earlier start where there is one."""
    student = accounts.user_by_login(service.db, "student")
    offered = {assignment.pack_id: assignment for assignment in courses.assignments(service.db, demo.course.id)}
    assignment = offered.get(SAMPLE_PACK) or next(iter(offered.values()))
    assert student is not None
    content = (service.packs.get(assignment.pack_id).path / "solution.py").read_bytes()
    return intake.submit(service, student, assignment, content, "solution.py", request_key=SAMPLE_KEY)


def wait_for_score(
    service: Service, submission: Submission, seconds: float, pause: Callable[[float], None] = time.sleep
) -> Submission:
    """The submission as soon as it is graded, or as it is after so many seconds."""
    deadline = time.monotonic() + seconds
    while submission.state in ("queued", "running") and time.monotonic() < deadline:
        pause(LOOK_SECONDS)
        with service.db.read() as session:
            submission = session.get_one(Submission, submission.id)
    return submission
