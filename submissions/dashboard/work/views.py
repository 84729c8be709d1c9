"""The staff's page of a submission, and what is said and decided there."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from submissions.auth.policy import access, member
from submissions.dashboard import blueprint, typed
from submissions.dashboard.work.page import page_of
from submissions.portal.pages import SEE_OTHER, UNPROCESSABLE, my_id, tell
from submissions.portal.result_view import WAITING
from submissions.service import current_service
from submissions.store import queue, records, reopening, results, work
from submissions.store.refused import Refused
from submissions.web.language import course_timezone, t

COMMENT_CHARACTERS = 10_000
MOST_EXTRA_ATTEMPTS = 100


@blueprint.get("/submissions/<public_id>/staff")
@access(member("assistant"))
def work_page(public_id: str) -> str:  # noqa: ARG001 - resolved before the view
    """Everything about a submission."""
    return render_template("dashboard/submission/page.html", **page_of(g.submission, g.assignment))


# ------------------------------------------------------------------------------------------------ comments


@blueprint.post("/submissions/<public_id>/staff/comments")
@access(member("assistant"))
def work_comment(public_id: str) -> Any:  # noqa: ARG001 - resolved before the view
    """Say something to the student: about the whole, or about a line."""
    body = typed.words(request.form.get("body"), COMMENT_CHARACTERS)
    if not body:
        return _again("comment", "work.fault_no_words")
    page = page_of(g.submission, g.assignment)
    line, cell = (typed.whole_number(request.form.get(name)) for name in ("line", "cell"))
    is_on_line = bool(request.form.get("line", "").strip())
    if is_on_line and not _has_line(page, cell, line):
        return _again("comment", "work.fault_line")
    on = (line, cell if page["notebook"] else None) if is_on_line else (None, None)
    records.add_comment(current_service().db, g.submission.id, my_id(), body, *on)
    return _done("work.comment_added", "comments")


def _has_line(page: dict[str, Any], cell: int | None, line: int | None) -> bool:
    wanted = cell if page["notebook"] else None
    return any(
        one.kind == "code" and one.number == wanted and line is not None and 1 <= line <= len(one.lines)
        for one in page["code"].cells
    )


@blueprint.post("/submissions/<public_id>/staff/comments/remove")
@access(member("assistant"))
def work_uncomment(public_id: str) -> Response:  # noqa: ARG001 - resolved before the view
    """Take a comment back."""
    comment_id = typed.whole_number(request.form.get("comment")) or 0
    if not records.remove_comment(current_service().db, comment_id, my_id(), g.submission.id):
        return _gone("comments")
    return _done("work.comment_removed", "comments")


# --------------------------------------------------------------------------------------------------- score


@blueprint.post("/submissions/<public_id>/staff/override")
@access(member("instructor"))
def work_override(public_id: str) -> Any:  # noqa: ARG001 - resolved before the view
    """Give points instead of the machine, for a check or for the whole."""
    if g.submission.state in WAITING:
        return _again("override", "work.fault_waiting")
    name, reason = request.form.get("check", ""), typed.words(request.form.get("reason"))
    most = _most(name)
    if most is None:
        return _again("override", "work.fault_check")
    points = typed.number(request.form.get("points"), 0.0, most)
    if points is None:
        return _again("override", "work.fault_points", most=f"{most:g}")
    if not reason:
        return _again("override", "work.fault_no_reason")
    results.override(current_service().db, g.submission.id, my_id(), points, reason, name)
    return _done("work.override_set", "score")


def _most(name: str) -> float | None:
    """The most points of a check, or of the whole for ""; None where there is no such check."""
    explained = results.explain(current_service().db, g.submission)
    if not name:
        return explained.points.max_score
    return next((line.max_points for line in explained.points.checks if line.name == name), None)


@blueprint.post("/submissions/<public_id>/staff/override/revoke")
@access(member("instructor"))
def work_revoke(public_id: str) -> Response:  # noqa: ARG001 - resolved before the view
    """Let the machine's points count again."""
    override_id, db = typed.whole_number(request.form.get("override")), current_service().db
    if override_id not in {decision.row.id for decision in work.work(db, g.submission).decisions}:
        return _gone("score")
    results.revoke_override(db, override_id, my_id())
    return _done("work.override_revoked", "score")


# ---------------------------------------------------------------------------------------------- once more


@blueprint.post("/submissions/<public_id>/staff/reopen")
@access(member("instructor"))
def work_reopen(public_id: str) -> Any:  # noqa: ARG001 - resolved before the view
    """Let the student hand in again: further attempts, more time, or both."""
    attempts = typed.whole_number(request.form.get("attempts") or "0", MOST_EXTRA_ATTEMPTS)
    due_typed, reason = request.form.get("due", "").strip(), typed.words(request.form.get("reason"))
    due_at = typed.moment(due_typed, course_timezone())
    if attempts is None:
        return _again("reopen", "work.fault_attempts", most=MOST_EXTRA_ATTEMPTS)
    if due_typed and due_at is None:
        return _again("reopen", "work.fault_moment")
    if not attempts and due_at is None:
        return _again("reopen", "work.fault_nothing")
    if not reason:
        return _again("reopen", "work.fault_no_reason")
    reopening.reopen(
        current_service().db,
        g.assignment.id,
        g.submission.user_id,
        my_id(),
        attempts=attempts,
        due_at=due_at,
        reason=reason,
    )
    return _done("work.reopened", "reopen")


@blueprint.post("/submissions/<public_id>/staff/regrade")
@access(member("instructor"))
def work_regrade(public_id: str) -> Response:  # noqa: ARG001 - resolved before the view
    """Grade it once more; what counts stays until somebody publishes the new result."""
    service = current_service()
    queue.add_regrade(service.db, g.submission.id, my_id(), typed.words(request.form.get("reason")))
    service.ring()
    return _done("work.regrade_added", "gradings")


@blueprint.post("/submissions/<public_id>/staff/publish")
@access(member("instructor"))
def work_publish(public_id: str) -> Response:  # noqa: ARG001 - resolved before the view
    """Let a grading count from now on."""
    grading_id, db = typed.whole_number(request.form.get("grading")) or 0, current_service().db
    if grading_id not in {grading.id for grading in work.work(db, g.submission).gradings}:
        return _gone("gradings")
    try:
        results.publish_regrade(db, grading_id, my_id())
    except ValueError:
        tell("work.fault_no_score", "error")
        return _back("gradings")
    return _done("work.published", "gradings")


@blueprint.post("/submissions/<public_id>/staff/regrade-request")
@access(member("instructor"))
def work_decide(public_id: str) -> Any:  # noqa: ARG001 - resolved before the view
    """Answer the student's wish: accepted, it is graded once more; declined, he reads why."""
    service, answer = current_service(), typed.words(request.form.get("answer"))
    wish_id = typed.whole_number(request.form.get("wish")) or 0
    accept = request.form.get("decision") == "accept"
    wish = records.open_wish(service.db, g.submission.id)
    if wish is None or wish.id != wish_id:
        tell("work.refused_already_decided", "error")
        return _back("wish")
    if not accept and not answer:
        return _again("wish", "work.fault_no_answer")
    if accept:
        # Before the decision: interrupted between the two, the wish is still open, and its regrade is not doubled.
        queue.add_regrade(service.db, g.submission.id, my_id(), wish.reason)
        service.ring()
    try:
        records.decide_regrade(service.db, wish.id, my_id(), accept=accept, answer=answer)
    except Refused as refused:
        tell(f"work.refused_{refused.code}", "error")
        return _back("wish")
    return _done("work.wish_accepted" if accept else "work.wish_declined", "wish")


# -------------------------------------------------------------------------------------------------- alerts


@blueprint.get("/courses/<slug>/alerts")
@access(member("assistant"))
def alerts(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """What went wrong in a course that is ours to mend, open first."""
    db = current_service().db
    return render_template(
        "dashboard/submission/alerts.html",
        open=work.alerts(db, g.course.id),
        seen=work.alerts(db, g.course.id, seen=True),
    )


@blueprint.post("/courses/<slug>/alerts")
@access(member("instructor"))
def dismiss_alert(slug: str) -> Response:
    """An instructor has seen an alert (or, without a number, all that are open)."""
    db, asked = current_service().db, typed.whole_number(request.form.get("alert"))
    numbers = [asked] if asked is not None else [row.alert.id for row in work.alerts(db, g.course.id)]
    seen = sum(records.see_alert(db, number, my_id(), g.course.id) for number in numbers)
    tell("work.alerts_seen", n=seen)
    return redirect(url_for("dashboard.alerts", slug=slug), SEE_OTHER)


# ------------------------------------------------------------------------------------------------- answers


def _again(form: str, key: str, **blanks: object) -> tuple[str, int]:
    """The page with what was typed still there, and what is wrong with it."""
    page = page_of(g.submission, g.assignment)
    page |= {"faults": {form: t(key, **blanks)}, "typed_form": request.form}
    return render_template("dashboard/submission/page.html", **page), UNPROCESSABLE


def _done(key: str, anchor: str) -> Response:
    flash(t(key), "success")
    return _back(anchor)


def _gone(anchor: str) -> Response:
    tell("work.fault_gone", "error")
    return _back(anchor)


def _back(anchor: str) -> Response:
    return redirect(url_for("dashboard.work_page", public_id=g.submission.public_id) + f"#{anchor}", SEE_OTHER)
