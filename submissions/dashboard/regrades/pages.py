"""Regrades: what students ask for, the runs of a course, and the table of what a run would change."""

from __future__ import annotations

from flask import Response, abort, g, render_template, request, url_for

from submissions.auth.policy import RANKS, access, member
from submissions.dashboard import blueprint
from submissions.dashboard.exports import csv_file
from submissions.dashboard.regrades import table
from submissions.dashboard.typed import whole_number
from submissions.portal.pages import exercise_of
from submissions.service import current_service
from submissions.store import courses
from submissions.store import regrade_reading as reading
from submissions.store.regrade_reading import SHOWS, RunRow
from submissions.web.language import t

RUNS, WISHES, ROWS = 10, 100, 50


@blueprint.get("/courses/<slug>/regrades", endpoint="regrades")
@access(member("assistant"))
def regrades(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """Requests, runs, and the form of a new run."""
    return overview({})


def overview(errors: dict[str, str]) -> str:
    """The page, with what was wrong in the form that was sent."""
    db = current_service().db
    before = whole_number(request.args.get("before"))
    runs = reading.runs(db, g.course.id, before, RUNS + 1)
    assignments = courses.assignments(db, g.course.id)
    return render_template(
        "dashboard/regrades/list.html",
        runs=runs[:RUNS],
        older=runs[RUNS - 1].run.id if len(runs) > RUNS else None,
        wishes=reading.wishes(db, g.course.id, WISHES),
        assignments=[(one, exercise_of(one)) for one in assignments],
        may_decide=may_decide(),
        errors=errors,
        form=request.form if errors else request.args,
    )


@blueprint.get("/courses/<slug>/regrades/<int:run_id>", endpoint="regrade_run")
@access(member("assistant"), free={"run_id"})  # `row_of` looks for the run in this course alone
def regrade_run(slug: str, run_id: int) -> str:  # noqa: ARG001 - resolved before the view
    """A run: its progress while it goes on, then what it would change, or did."""
    return render_template("dashboard/regrades/run.html", **_page(row_of(run_id)))


@blueprint.get("/courses/<slug>/regrades/<int:run_id>/panel", endpoint="regrade_panel")
@access(member("assistant"), free={"run_id"})
def regrade_panel(slug: str, run_id: int) -> str:  # noqa: ARG001 - resolved before the view
    """The part of the page that changes while the run goes on."""
    return render_template("dashboard/regrades/_progress.html", row=row_of(run_id), live=True)


@blueprint.get("/courses/<slug>/regrades/<int:run_id>/changes.csv", endpoint="regrade_file")
@access(member("assistant"), free={"run_id"})
def regrade_file(slug: str, run_id: int) -> Response:
    """The whole table as a file."""
    row = row_of(run_id)
    found = reading.changes(current_service().db, row, _show())
    return csv_file(f"{slug}-regrade-{run_id}", table.heads(), table.lines(found, table.titles(row.assignment)))


def row_of(run_id: int) -> RunRow:
    """The run, if it is one of this course."""
    row = reading.run_of(current_service().db, g.course.id, run_id)
    if row is None:
        abort(404)
    return row


def may_decide() -> bool:
    """Whether the reader may begin and publish."""
    return RANKS.get(g.role or "", 0) >= RANKS["instructor"]


def _page(row: RunRow) -> dict[str, object]:
    db, show = current_service().db, _show()
    page = max(1, whole_number(request.args.get("page")) or 1)
    number = reading.how_many(row.progress, show)
    pages = max(1, -(-number // ROWS))
    page = min(page, pages)
    ended = row.phase not in ("preparing", "grading")
    titles = table.titles(row.assignment)
    return {
        "row": row,
        "live": not ended or row.phase == "publishing",
        "exercise": exercise_of(row.assignment),
        "changes": table.shown(reading.changes(db, row, show, (page - 1) * ROWS, ROWS), titles),
        "makers": reading.makers(db, row.run.id) if ended else [],
        "show": show,
        "shows": [(name, t(f"regrades.show_{name}"), reading.how_many(row.progress, name)) for name in SHOWS],
        "page": page,
        "pages": pages,
        "address": lambda **facts: url_for("dashboard.regrade_run", slug=g.course.slug, run_id=row.run.id, **facts),
        "may_decide": may_decide(),
        "made": table.made,
    }


def _show() -> str:
    asked = request.args.get("show", "all")
    return asked if asked in SHOWS else "all"
