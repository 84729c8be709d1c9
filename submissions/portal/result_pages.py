"""The page of a submission while it waits, runs and is done; what it is made of is in `result_view`."""

from __future__ import annotations

import io

from flask import Response, abort, flash, g, jsonify, redirect, render_template, request, send_file, url_for

from submissions.auth.limits import limiter
from submissions.auth.policy import access, is_staff, owner_or_staff
from submissions.models.base import utc_now
from submissions.portal import events as live_events
from submissions.portal.codeview import code_of
from submissions.portal.difference import changes, difference, side_by_side
from submissions.portal.pages import SEE_OTHER, blueprint, exercise_of, my_id, reader_of, refusal, tell
from submissions.portal.report_view import checks_view
from submissions.portal.result_view import WAITING, page_of, score_of, status_of
from submissions.service import current_service
from submissions.store import reading, records, result_reading
from submissions.store.refused import Refused
from submissions.web.language import t

REASON_CHARACTERS = 2000

WISHES = limiter.shared_limit("20 per hour", "regrade-requests")


@blueprint.get("/submissions/<public_id>")
@access(owner_or_staff())
def result(public_id: str) -> str:  # noqa: ARG001 - resolved before the view
    """A submission and what came of it."""
    return render_template("portal/result.html", **page_of(g.submission, g.assignment))


@blueprint.get("/submissions/<public_id>/panel")
@access(owner_or_staff())
def panel(public_id: str) -> str:  # noqa: ARG001 - resolved before the view
    """The part of the page that changes."""
    return render_template("portal/_panel.html", **page_of(g.submission, g.assignment))


@blueprint.get("/submissions/<public_id>/status")
@access(owner_or_staff())
def status(public_id: str) -> Response:  # noqa: ARG001 - resolved before the view
    """The state in a few words, for whoever asks often."""
    return jsonify(status_of(g.submission, g.assignment))


@blueprint.get("/submissions/<public_id>/events")
@access(owner_or_staff())
def events(public_id: str) -> Response:
    """Tells when there is something new. 503 where too many listen already: the page then asks by itself."""
    return live_events.stream(current_service(), public_id, g.submission.id, my_id())


@blueprint.get("/submissions/<public_id>/source")
@access(owner_or_staff())
def source(public_id: str) -> Response:  # noqa: ARG001 - resolved before the view
    """The file as it was handed in."""
    content = result_reading.source_of(current_service().db, g.submission.id)
    name = g.submission.name or f"submission.{g.submission.kind}"
    return send_file(io.BytesIO(content), "application/octet-stream", as_attachment=True, download_name=name)


@blueprint.get("/submissions/<public_id>/compare/<other>")
@access(owner_or_staff())
def compare(public_id: str, other: str) -> str:  # noqa: ARG001 - resolved before the view
    """Two submissions of one student to one exercise: what changed, and what it did to the points."""
    db = current_service().db
    ordered = sorted((g.submission, g.other), key=lambda submission: submission.attempt)
    before, after = result_reading.pair(db, (ordered[0], ordered[1]))
    extension = reading.extension_of(db, g.submission.user_id, g.assignment.id)
    seen = reader_of(g.assignment, extension, utc_now())
    points = [
        {
            check.name: (check.title, check.points, check.max_points)
            for check in (checks_view(one.report.checks, seen, t) if one.report else ())
        }
        for one in (before, after)
    ]
    found = difference(code_of(before.source, before.submission.kind), code_of(after.source, after.submission.kind))
    return render_template(
        "portal/compare.html",
        exercise=exercise_of(g.assignment),
        before=before.submission,
        after=after.submission,
        scores=[score_of(one.submission, g.assignment, seen) for one in (before, after)],
        changes=changes(points[0], points[1]),
        difference=found,
        rows=side_by_side(found) if request.args.get("view") == "split" else None,
    )


@blueprint.post("/submissions/<public_id>/regrade-request")
@access(owner_or_staff())
@WISHES
def request_regrade(public_id: str) -> Response:
    """A student's wish that somebody looks again, with his reason."""
    if g.submission.user_id != my_id():
        abort(403)
    reason = request.form.get("reason", "").replace("\r\n", "\n").replace("\0", "").strip()[:REASON_CHARACTERS]
    if g.submission.state in WAITING:
        tell("portal.refused_still_waiting", "error")
    elif not reason:
        tell("portal.refused_no_reason", "error")
    else:
        try:
            records.request_regrade(current_service().db, g.submission.id, my_id(), reason)
            tell("portal.regrade_asked")
        except Refused as refused:
            flash(refusal(refused), "error")
    response = redirect(url_for("portal.result", public_id=public_id) + "#regrade", SEE_OTHER)
    assert isinstance(response, Response)
    return response


# ------------------------------------------------------------------------------------------------- batches


@blueprint.get("/batches/<batch>")
@access(owner_or_staff())
def batch(batch: str) -> str:
    """What became of one file that was handed in for a whole track."""
    return render_template("portal/batch.html", **_batch_page(batch))


@blueprint.get("/batches/<batch>/panel")
@access(owner_or_staff())
def batch_panel(batch: str) -> str:
    """The part of the page that changes."""
    return render_template("portal/_batch.html", **_batch_page(batch))


def _batch_page(batch: str) -> dict[str, object]:
    now, owner = utc_now(), g.batch[0].user_id
    rows = reading.batch_rows(current_service().db, owner, g.batch)
    entries = []
    for submission in g.batch:
        row = rows[submission.assignment_id]
        seen = reader_of(row.assignment, row.extension, now)
        entries.append((submission, exercise_of(row.assignment), score_of(submission, row.assignment, seen)))
    waiting = any(submission.state in WAITING for submission in g.batch)
    return {"batch": batch, "entries": entries, "waiting": waiting, "staff": is_staff()}
