"""The one door for what students hand in: from a page, the command line or the API.

The order is the promise: caps before anything is parsed, then the file is read, then one transaction, and only after
its commit the bell. A file that can't be graded at all is refused here with its sentence and costs no attempt.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from grader.errors import PackError, SubmissionRejected
from grader.limits import SUBMISSION_BYTES
from grader.sentences import sentence
from grader.submission import Submission as ReadFile
from grader.submission import submission_from_bytes
from submissions.models.courses import Assignment, Course
from submissions.models.people import User
from submissions.models.work import Submission
from submissions.service import Service
from submissions.store import submitting
from submissions.store.submitting import NewSubmission, Refused

NAME_CHARACTERS = 190
KEY_CHARACTERS = 64
ANSWER_CHARACTERS = 5000
MOST_ANSWERS = 20
BATCH_BYTES = 12

Answers = Mapping[str, str]


@dataclass(frozen=True)
class Batch:
    """One file handed in for a track: what became of it, assignment by assignment. `str()` gives the id."""

    id: str
    submissions: tuple[Submission, ...]
    refused: Mapping[int, Refused]

    def __str__(self) -> str:
        return self.id


def submit(
    service: Service,
    user: User,
    assignment: Assignment,
    content: bytes,
    name: str,
    answers: Answers | None = None,
    request_key: str | None = None,
) -> Submission:
    """Take one file for one assignment and wake a worker. Raises Refused.

    A repeat with the same `request_key` gives the submission of the first time, whatever else it says.
    """
    file = _read(content, name)
    kept = _answers(service, assignment, answers or {})
    submission = _add(service, _new(user, assignment, content, file, kept, _key(request_key)))
    service.ring()
    return submission


def submit_track(
    service: Service,
    user: User,
    course: Course,
    track: str,
    content: bytes,
    name: str,
    request_key: str | None = None,
) -> Batch:
    """Take one file for every assignment of a track that is open to this student.

    What can't be handed in now is told for each assignment; Refused("nothing_taken") if that is all of them.
    """
    file = _read(content, name)
    batch = _batch_id(user, course, track, request_key)
    taken: list[Submission] = []
    refused: dict[int, Refused] = {}
    for assignment in _assignments(service, course, track):
        key = _key(f"{request_key}/{assignment.id}") if request_key else None
        try:
            taken.append(_add(service, _new(user, assignment, content, file, {}, key, batch)))
        except Refused as refusal:
            refused[assignment.id] = refusal
    if not taken:
        raise Refused("nothing_taken", track=track, refused=refused)
    for _submission in taken:
        service.ring()
    return Batch(taken[0].batch or batch, tuple(taken), refused)


def _read(content: bytes, name: str) -> ReadFile:
    """The file as the grader will read it. Its size is looked at before anything else is."""
    try:
        return submission_from_bytes(content[: SUBMISSION_BYTES + 1], clean_name(name))
    except SubmissionRejected as error:
        raise Refused("rejected", sentence=sentence(error.code, **error.detail)) from error


def clean_name(name: str) -> str:
    """A file's own name as people may see it: no folders, no control or direction-changing characters, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip()
    if len(kept) <= NAME_CHARACTERS:
        return kept or "submission.py"
    stem, dot, ending = kept.rpartition(".")
    ending = dot + ending if stem and len(ending) < 10 else ""
    return kept[: NAME_CHARACTERS - len(ending)] + ending


def _answers(service: Service, assignment: Assignment, answers: Answers) -> dict[str, str]:
    """The answers to questions that the exercise asks; others are left out, an overlong one is refused."""
    if len(answers) > MOST_ANSWERS:
        raise Refused("too_many_answers", limit=MOST_ANSWERS)
    if any(len(text) > ANSWER_CHARACTERS for text in answers.values()):
        raise Refused("answer_too_long", limit=ANSWER_CHARACTERS)
    try:
        checks = service.packs.get(assignment.pack_id).checks
    except PackError:
        # The grading will tell the instructor; what the student wrote is not lost over it.
        known = {name for name in answers if name.isidentifier()}
    else:
        known = {check.name for check in checks if check.rubric}
    # No database takes a NUL or half a surrogate pair, and no reader misses them.
    written = {name: text.encode("utf-8", "replace").decode().replace("\0", "") for name, text in answers.items()}
    return {name: text for name, text in written.items() if name in known and text.strip()}


def _new(
    user: User,
    assignment: Assignment,
    content: bytes,
    file: ReadFile,
    answers: dict[str, str],
    key: str | None,
    batch: str | None = None,
) -> NewSubmission:
    return NewSubmission(
        user_id=user.id,
        assignment_id=assignment.id,
        content=content,
        kind=file.kind,
        name=file.name,
        seed=secrets.randbelow(2**31),
        pack_id=assignment.pack_id,
        answers=answers,
        batch=batch,
        request_key=key,
    )


def _add(service: Service, new: NewSubmission) -> Submission:
    """Write it down; the store gives back what it has under the same request key."""
    try:
        return submitting.add(service.db, new)
    except IntegrityError:
        # The same key came for another assignment at the same moment. It is there now, so the store can say that.
        return submitting.add(service.db, new)


def _key(request_key: str | None) -> str | None:
    """The client's key; a long one by its hash, which is as good."""
    if not request_key:
        return None
    if len(request_key) <= KEY_CHARACTERS and request_key.isascii() and request_key.isprintable():
        return request_key
    return hashlib.sha256(request_key.encode("utf-8", "surrogatepass")).hexdigest()


def _batch_id(user: User, course: Course, track: str, request_key: str | None) -> str:
    """A new id; for a repeated request the id of the first time. The same key elsewhere makes another batch."""
    if not request_key:
        return secrets.token_urlsafe(BATCH_BYTES)
    text = f"{user.id}/{course.id}/{track}/{request_key}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[: 2 * BATCH_BYTES]


def _assignments(service: Service, course: Course, track: str) -> Sequence[Assignment]:
    with service.db.read() as session:
        wanted = (Assignment.course_id == course.id, Assignment.track == track, Assignment.removed_at.is_(None))
        return session.scalars(select(Assignment).where(*wanted).order_by(Assignment.position, Assignment.id)).all()
