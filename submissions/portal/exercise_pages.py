"""The page of an exercise, and what is handed in there: for one exercise, or one file for a whole track."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from flask import Response, abort, g, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from grader.limits import SUBMISSION_BYTES
from submissions import intake
from submissions.auth.limits import limiter
from submissions.auth.policy import MOST_ROWS, access, is_staff, member
from submissions.models.base import utc_now
from submissions.models.courses import Assignment
from submissions.models.work import Submission
from submissions.portal.course_pages import phase_of, track_title
from submissions.portal.pages import (
    SEE_OTHER,
    UNPROCESSABLE,
    blueprint,
    exercise_of,
    expected_seconds,
    my_id,
    reader_of,
    refusal,
    tell,
)
from submissions.portal.statement import rendered
from submissions.service import current_service
from submissions.store import reading, submitting
from submissions.store.reading import ExerciseState, Score
from submissions.store.refused import Refused
from submissions.web.language import locale

ANSWER = "answer-"
# Attempts on one page of the history.
PAGE = 30
SOON = timedelta(days=2)

SUBMISSIONS = limiter.shared_limit("30 per minute; 300 per hour", "submissions")
DRAFTS = limiter.shared_limit("120 per minute", "drafts")

Page = str | Response | tuple[str, int]


@blueprint.get("/assignments/<int:assignment_id>")
@access(member("student"))
def exercise(assignment_id: int) -> Page:  # noqa: ARG001 - resolved before the view
    """Statement, editor, limits and attempts."""
    state = reading.exercise_state(current_service().db, my_id(), g.assignment)
    answers = dict(state.draft.answers) if state.draft is not None else {}
    return _exercise_page(state, _text_to_begin_with(state), answers)


@blueprint.post("/assignments/<int:assignment_id>")
@access(member("student"))
@SUBMISSIONS
def hand_in(assignment_id: int) -> Page:  # noqa: ARG001 - resolved before the view
    """Take what was written or chosen. What is refused stays in the form."""
    service = current_service()
    source, answers = _written(request.form), _answers(request.form)
    try:
        content, name = _file_or_text(request.files.get("file"), source, g.assignment)
        key = request.form.get("request_key") or None
        made = intake.submit(service, g.user, g.assignment, content, name, answers, key)
    except Refused as refused:
        state = reading.exercise_state(service.db, my_id(), g.assignment)
        return _exercise_page(state, source, answers, refusal(refused)), UNPROCESSABLE
    return _see(url_for("portal.result", public_id=made.public_id))


@blueprint.put("/assignments/<int:assignment_id>/draft")
@access(member("student"))
@DRAFTS
def save_draft(assignment_id: int) -> Response:
    """Keep what is in the editor."""
    record = _json()
    source, answers = (record.get("source"), record.get("answers", {})) if isinstance(record, dict) else (None, {})
    if not isinstance(source, str) or len(source.encode("utf-8", "replace")) > SUBMISSION_BYTES:
        abort(400)
    if not isinstance(answers, dict) or len(answers) > intake.MOST_ANSWERS:
        abort(400)
    kept = {
        _storable(name[: intake.NAME_CHARACTERS]): _storable(words[: intake.ANSWER_CHARACTERS])
        for name, words in answers.items()
        if isinstance(words, str)
    }
    submitting.save_draft(current_service().db, my_id(), assignment_id, _storable(source), kept)
    return jsonify(saved_at=utc_now().isoformat(timespec="seconds"))


@blueprint.get("/assignments/<int:assignment_id>/starter.py")
@access(member("student"))
def starter(assignment_id: int) -> Response:  # noqa: ARG001 - resolved before the view
    """The file that one begins with."""
    shown = exercise_of(g.assignment)
    if shown.pack is None or _is_closed_book():
        abort(404)
    response = Response(shown.pack.starter(), mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"{shown.pack.id}.py")
    return response


@blueprint.get("/assignments/<int:assignment_id>/history")
@access(member("student"))
def history(assignment_id: int) -> str:
    """All of one's submissions to an exercise, page by page."""
    before = max(0, min(request.args.get("before", MOST_ROWS, type=int), MOST_ROWS))
    db = current_service().db
    found = reading.attempts_before(db, my_id(), assignment_id, before, PAGE + 1)
    extension = reading.extension_of(db, my_id(), assignment_id)
    seen = reader_of(g.assignment, extension, utc_now())
    scores = [_score(attempt, everything=seen.open or seen.staff) for attempt in found[:PAGE]]
    return render_template(
        "portal/history.html",
        exercise=exercise_of(g.assignment),
        attempts=list(zip(found[:PAGE], scores, strict=True)),
        older=found[PAGE - 1].attempt if len(found) > PAGE else None,
    )


# -------------------------------------------------------------------------------------------------- tracks


@blueprint.get("/courses/<slug>/tracks/<track>")
@access(member("student"), free=["track"])
def track_page(slug: str, track: str) -> Page:  # noqa: ARG001 - resolved before the view
    """One file for all exercises of a track."""
    return _track_page(track)


@blueprint.post("/courses/<slug>/tracks/<track>")
@access(member("student"), free=["track"])
@SUBMISSIONS
def hand_in_track(slug: str, track: str) -> Page:  # noqa: ARG001 - resolved before the view
    """Take one file for all exercises of a track that are open."""
    service = current_service()
    try:
        content, name = _file(request.files.get("file"))
        key = request.form.get("request_key") or None
        batch = intake.submit_track(service, g.user, g.course, track, content, name, key)
    except Refused as refused:
        return _track_page(track, refusal(refused)), UNPROCESSABLE
    rows = {row.assignment.id: row for row in reading.course_rows(service.db, my_id(), g.course.id, track)}
    for missed, reason in batch.refused.items():
        if missed in rows:
            tell("portal.not_taken", "warning", title=exercise_of(rows[missed].assignment).title, why=refusal(reason))
    return _see(url_for("portal.batch", batch=batch.id))


def _track_page(track: str, error: str = "") -> str:
    now = utc_now()
    rows = reading.course_rows(current_service().db, my_id(), g.course.id, track)
    if not rows:
        abort(404)
    return render_template(
        "portal/track.html",
        track=track,
        title=track_title(track),
        entries=[(row, exercise_of(row.assignment), phase_of(row, now), row.is_open_at(now)) for row in rows],
        request_key=secrets.token_urlsafe(16),
        limit=SUBMISSION_BYTES,
        error=error,
    )


# ------------------------------------------------------------------------------------------------- details


def _exercise_page(state: ExerciseState, source: str, answers: Mapping[str, str], error: str = "") -> str:
    shown, now = exercise_of(g.assignment), utc_now()
    if _is_closed_book():
        return render_template("portal/not_open.html", exercise=shown)
    seen = reader_of(g.assignment, state.extension, now)
    everything = seen.open or seen.staff
    allowed = submitting.allowance(current_service().db, my_id(), g.assignment, now)
    return render_template(
        "portal/exercise.html",
        exercise=shown,
        statement=rendered(shown.pack.statement(locale())) if shown.pack is not None else "",
        source=source,
        answers=answers,
        allowed=allowed,
        soon=allowed.due_at is not None and now < allowed.due_at < now + SOON,
        late=allowed.due_at is not None and allowed.due_at < now,
        why_not=refusal(Refused(allowed.why_not, **_detail(allowed))) if allowed.why_not and not error else "",
        seconds=expected_seconds(g.assignment.pack_id) if allowed.open else None,
        score=Score.of_standing(state.standing, g.assignment.max_score, everything=everything),
        attempts=[(attempt, _score(attempt, everything=everything)) for attempt in state.attempts],
        more=(state.standing.submitted if state.standing else 0) > len(state.attempts),
        draft=state.draft,
        request_key=secrets.token_urlsafe(16),
        limit=SUBMISSION_BYTES,
        error=error,
    )


def _detail(allowed: submitting.Allowance) -> dict[str, object]:
    return {
        "opens_at": allowed.opens_at,
        "closes_at": allowed.closes_at,
        "next_at": allowed.next_at,
        "limit": submitting.MOST_WAITING if allowed.why_not == "too_many_waiting" else allowed.attempts_used,
    }


def _score(attempt: Submission, *, everything: bool) -> Score:
    return Score.of_submission(attempt, g.assignment.max_score, everything=everything)


def _json() -> object:
    """What the request says in JSON; None for what can't be read, however deeply it is nested."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _is_closed_book() -> bool:
    """Whether the exercise is still under lock for the person who asks."""
    opens = g.assignment.opens_at
    return opens is not None and utc_now() < opens and not is_staff()


def _text_to_begin_with(state: ExerciseState) -> str:
    """The newest of draft and last submission; at first the starter."""
    last = state.attempts[0] if state.attempts else None
    if state.draft is not None and (last is None or state.draft.saved_at >= last.submitted_at):
        return state.draft.source
    if state.last_source is not None:
        return state.last_source
    if state.draft is not None:
        return state.draft.source
    pack = exercise_of(g.assignment).pack
    return pack.starter() if pack is not None else ""


def _written(form: Mapping[str, str]) -> str:
    # A browser sends every line end of a text area as two characters.
    return form.get("source", "").replace("\r\n", "\n")


def _answers(form: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(ANSWER): words.replace("\r\n", "\n")
        for name, words in form.items()
        if name.startswith(ANSWER) and words.strip()
    }


def _file_or_text(file: FileStorage | None, source: str, assignment: Assignment) -> tuple[bytes, str]:
    """What is handed in, and its name: a chosen file comes before the editor's text."""
    if file is not None and file.filename:
        return _file(file)
    if not source.strip():
        raise Refused("nothing_written")
    return source.encode("utf-8", "replace"), f"{assignment.pack_id}.py"


def _file(file: FileStorage | None) -> tuple[bytes, str]:
    """A chosen file, read no further than a byte past the limit, and its name."""
    if file is None or not file.filename:
        raise Refused("no_file")
    return file.stream.read(SUBMISSION_BYTES + 1), file.filename


def _storable(words: str) -> str:
    """Text that every database takes: no lone surrogates, no NUL."""
    return words.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _see(address: str) -> Response:
    response = redirect(address, SEE_OTHER)
    assert isinstance(response, Response)
    return response
