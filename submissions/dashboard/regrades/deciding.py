"""What instructors do with regrades: begin a run, publish, discard or cancel it, and answer a student's request."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from submissions.auth.policy import access, member
from submissions.auth.sessions import address
from submissions.dashboard import blueprint
from submissions.dashboard.regrades.pages import overview, row_of
from submissions.dashboard.typed import whole_number, words
from submissions.models.courses import Assignment
from submissions.portal.pages import SEE_OTHER, UNPROCESSABLE, my_id, tell
from submissions.service import current_service
from submissions.store import courses, records, regrades
from submissions.store import regrade_reading as reading
from submissions.store.refused import Refused
from submissions.store.regrade_reading import Wish
from submissions.store.regrades import ATTEMPTS, FILTERS, Selection
from submissions.texts import one_line
from submissions.web.language import t

REASON_CHARACTERS = 1000
SUBJECT_CHARACTERS = 100
# As long as somebody who pressed a button likes to wait; the rest is done without him.
PATIENCE_SECONDS = 0.8


@blueprint.post("/courses/<slug>/regrades", endpoint="regrade_start")
@access(member("instructor"))
def regrade_start(slug: str) -> Response | tuple[str, int]:
    """Begin a run."""
    service = current_service()
    by_id = {one.id: one for one in courses.assignments(service.db, g.course.id)}
    selection, errors = read_selection(request.form, by_id)
    reason = _reason()
    if not reason:
        errors["reason"] = t("regrades.reason_missing")
    if selection is None or errors:
        return overview(errors), UNPROCESSABLE
    try:
        run = regrades.start(service.db, selection, my_id(), reason, address())
    except Refused as refused:
        return overview({"assignment": t(f"regrades.refused_{refused.code}")}), UNPROCESSABLE
    _go_on(run.id)
    return _to_run(slug, run.id)


def read_selection(
    form: Mapping[str, str], assignments: Mapping[int, Assignment]
) -> tuple[Selection | None, dict[str, str]]:
    """The selection that a form describes, and what is wrong with the form, by field."""
    assignment = assignments.get(whole_number(form.get("assignment")) or 0)
    attempts, only = form.get("attempts", ""), form.get("only", "")
    subject = one_line(form.get("subject", "")[: SUBJECT_CHARACTERS + 1]) if only else ""
    errors = {}
    if assignment is None:
        errors["assignment"] = t("regrades.assignment_missing")
    if attempts not in ATTEMPTS or only not in FILTERS:
        errors["attempts"] = t("regrades.attempts_missing")
    if only and not 1 <= len(subject) <= SUBJECT_CHARACTERS:
        errors["subject"] = t("regrades.subject_missing")
    if assignment is None or errors:
        return None, errors
    return Selection(assignment.id, attempts, only, subject), errors


@blueprint.post("/courses/<slug>/regrades/<int:run_id>/publish", endpoint="regrade_publish")
@access(member("instructor"), free={"run_id"})
def regrade_publish(slug: str, run_id: int) -> Response:
    """Let what came out count: all of it, all but losses, or what is ticked."""
    row_of(run_id)
    reason, which = _reason(), request.form.get("which", "")
    numbers = [whole_number(value) for value in request.form.getlist("submission")]
    ticked = [number for number in numbers if number is not None]
    if not reason:
        tell("regrades.reason_missing", "error")
    elif which not in ("all", "gains", "ticked"):
        abort(400)
    else:
        wanted = ticked if which == "ticked" else which
        try:
            number = regrades.begin_publishing(current_service().db, run_id, my_id(), reason, wanted, address())
        except Refused as refused:
            flash(t(f"regrades.refused_{refused.code}"), "error")
        else:
            _go_on(run_id)
            tell("regrades.published", n=number)
    return _to_run(slug, run_id)


@blueprint.post("/courses/<slug>/regrades/<int:run_id>/discard", endpoint="regrade_discard")
@access(member("instructor"), free={"run_id"})
def regrade_discard(slug: str, run_id: int) -> Response:
    """Leave everything as it is; what still waits is taken out of the queue."""
    row_of(run_id)
    try:
        regrades.discard(current_service().db, run_id, my_id(), _reason(), address())
        tell("regrades.discarded")
    except Refused as refused:
        flash(t(f"regrades.refused_{refused.code}"), "error")
    return _to_run(slug, run_id)


@blueprint.post("/courses/<slug>/regrades/<int:run_id>/continue", endpoint="regrade_continue")
@access(member("instructor"), free={"run_id"})
def regrade_continue(slug: str, run_id: int) -> Response:
    """Go on with a run that was broken off. It also goes on by itself, where the service looks after its queue."""
    row_of(run_id)
    _go_on(run_id)
    return _to_run(slug, run_id)


@blueprint.post("/courses/<slug>/regrade-requests/<int:request_id>", endpoint="regrade_answer")
@access(member("instructor"), free={"request_id"})  # only a request of this course is found
def regrade_answer(slug: str, request_id: int) -> Response:
    """Accept or decline a student's request, with words to the student."""
    wish = reading.wish_of(current_service().db, g.course.id, request_id)
    if wish is None:
        abort(404)
    target = url_for("dashboard.regrades", slug=slug) + "#requests"
    try:
        if request.form.get("decision") == "accept":
            return _accept(slug, wish)
        if not _reason():
            tell("regrades.answer_missing", "error")
        else:
            records.decide_regrade(current_service().db, request_id, my_id(), accept=False, answer=_reason())
            tell("regrades.answered")
    except Refused as refused:
        flash(t(f"regrades.refused_{refused.code}"), "error")
    return _see(target)


def _accept(slug: str, wish: Wish) -> Response:
    """Accepted is what is graded again: a run of this submission alone, whose result somebody then decides about."""
    db, answer = current_service().db, _reason()
    if wish.request.state != "open":
        raise Refused("already_decided")
    selection = Selection(wish.assignment.id, "all", "submission", str(wish.submission.id))
    run = regrades.start(db, selection, my_id(), answer or wish.request.reason, address())
    records.decide_regrade(db, wish.request.id, my_id(), accept=True, answer=answer)
    tell("regrades.answered")
    _go_on(run.id)
    return _to_run(slug, run.id)


def _go_on(run_id: int) -> None:
    service = current_service()
    regrades.carry_on(service.db, PATIENCE_SECONDS, run_id)
    service.ring()


def _reason() -> str:
    return words(request.form.get("reason"), REASON_CHARACTERS)


def _to_run(slug: str, run_id: int) -> Response:
    return _see(url_for("dashboard.regrade_run", slug=slug, run_id=run_id))


def _see(target: str) -> Response:
    return redirect(target, SEE_OTHER)
