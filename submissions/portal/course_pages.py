"""The first page and the page of a course: what there is to do, until when, and how far one has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g, render_template

from submissions.auth.policy import SIGNED_IN, access, is_staff, member
from submissions.models.base import utc_now
from submissions.portal.pages import Exercise, blueprint, exercise_of, my_id
from submissions.service import current_service
from submissions.store import reading
from submissions.store.reading import AssignmentRow, Score
from submissions.web.language import locale


@dataclass(frozen=True)
class Entry:
    """An assignment on the page of its course."""

    row: AssignmentRow
    exercise: Exercise
    score: Score
    phase: str


@dataclass(frozen=True)
class Progress:
    """How much of a course is done: the points that count of those to be had, and exercises with full marks."""

    points: float
    most: float
    full: int
    count: int
    next_due: AssignmentRow | None


@blueprint.get("/")
@access(SIGNED_IN)
def home() -> str:
    """The courses of whoever is signed in."""
    now = utc_now()
    cards = reading.my_courses(current_service().db, my_id())
    shown = [(card, _progress(card.assignments, now)) for card in cards]
    return render_template("portal/home.html", cards=shown)


@blueprint.get("/courses/<slug>")
@access(member("student"))
def course(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """A course with its exercises."""
    now = utc_now()
    rows = reading.course_rows(current_service().db, my_id(), g.course.id)
    entries = [_entry(row, now) for row in rows]
    return render_template(
        "portal/course.html", entries=entries, progress=_progress(rows, now), tracks=_tracks(rows), staff=is_staff()
    )


def _tracks(rows: Sequence[AssignmentRow]) -> list[tuple[str, str, int]]:
    """The tracks with several exercises: id, title and how many."""
    outline = current_service().packs.course()
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.assignment.track] = counts.get(row.assignment.track, 0) + 1
    found = []
    for track, count in counts.items():
        if track and count > 1:
            known = outline.track(track)
            found.append((track, known.title[locale()] if known else track, count))
    return found


def track_title(track: str) -> str:
    """What a track is called."""
    known = current_service().packs.course().track(track)
    return known.title[locale()] if known else track


def _entry(row: AssignmentRow, now: datetime) -> Entry:
    return Entry(row, exercise_of(row.assignment), row.score_at(now), phase_of(row, now))


def phase_of(row: AssignmentRow, now: datetime) -> str:
    """Where a student is with an assignment: a state of the last submission, or what the dates say."""
    last = row.last.state if row.last is not None else ""
    if last in ("queued", "running"):
        return last
    if row.assignment.opens_at is not None and now < row.assignment.opens_at:
        return "not_open"
    score = row.score_at(now)
    if score.is_full:
        return "public_full" if score.partial else "full"
    if score.points is not None:
        return "started"
    if last:
        return last
    return "new" if row.is_open_at(now) else "closed"


def _progress(rows: Sequence[AssignmentRow], now: datetime) -> Progress:
    scores = [row.score_at(now) for row in rows]
    due = [row for row in rows if row.due_at is not None and row.due_at > now and not row.score_at(now).is_full]
    return Progress(
        points=sum(score.points or 0.0 for score in scores),
        most=sum(score.most or 0.0 for score in scores),
        full=sum(score.is_full for score in scores),
        count=len(rows),
        next_due=min(due, key=lambda row: row.due_at or now, default=None),
    )
