"""The gradebook: students by assignments, and its files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, abort, g, render_template, request

from grader.errors import PackError
from grader.packs import Pack
from submissions.auth.policy import access, member
from submissions.dashboard import blueprint
from submissions.dashboard.exports import csv_file
from submissions.dashboard.gradebook import files, table
from submissions.dashboard.gradebook.files import CheckColumn
from submissions.dashboard.gradebook.table import Column
from submissions.models.courses import Assignment
from submissions.service import current_service
from submissions.store import courses
from submissions.store import gradebook as store
from submissions.web.language import locale, t

FORMS = ("plain", "checks", "canvas", "moodle")


@blueprint.get("/courses/<slug>/gradebook", endpoint="gradebook")
@access(member("assistant"))
def gradebook(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """A page of students with what they have in each assignment."""
    db = current_service().db
    columns = _columns(courses.assignments(db, g.course.id))
    ids = [column.id for column in columns]
    wanted = table.read_wanted(request.args, ids)
    window = store.window(db, g.course.id, ids, wanted)
    return render_template(
        "dashboard/gradebook/page.html",
        columns=columns,
        rows=table.rows(window, columns),
        window=window,
        wanted=wanted,
        most=sum(column.most for column in columns),
        sorted_by=lambda sort: table.sorted_by(wanted, sort),
        arguments=lambda **changes: table.arguments(wanted, **changes),
        first=(window.page - 1) * store.PAGE + 1,
    )


@blueprint.get("/courses/<slug>/gradebook/<form>.csv", endpoint="gradebook_file")
@access(member("assistant"), free={"form"})
def gradebook_file(slug: str, form: str) -> Response:  # noqa: ARG001 - resolved before the view
    """Everybody's marks as a file."""
    if form not in FORMS:
        abort(404)
    db = current_service().db
    assignments = courses.assignments(db, g.course.id)
    columns = _columns(assignments)
    window = store.everybody(db, g.course.id, [column.id for column in columns])
    heads = [t("gradebook.name"), t("gradebook.login"), t("gradebook.email")]
    if form == "canvas":
        made = files.canvas(window, columns, g.course.slug)
    elif form == "moodle":
        made = files.moodle(window, columns)
    elif form == "checks":
        points = {column.id: store.check_points(db, column.id) for column in columns}
        made = files.by_check(window, _checks(assignments, columns), points, heads)
    else:
        made = files.plain(window, columns, heads, t("gradebook.total"))
    return csv_file(f"{g.course.slug}-{form}", *made)


def _columns(assignments: Sequence[Assignment]) -> tuple[Column, ...]:
    packs = {assignment.pack_id: _pack(assignment.pack_id) for assignment in assignments}
    return table.columns(assignments, {name: pack.title[locale()] for name, pack in packs.items() if pack is not None})


def _checks(assignments: Sequence[Assignment], columns: Sequence[Column]) -> list[CheckColumn]:
    """The checks of every assignment whose pack can be read."""
    return [
        CheckColumn(column.id, check.name, f"{column.title}: {check.title[locale()]}", check.points)
        for assignment, column in zip(assignments, columns, strict=True)
        if (pack := _pack(assignment.pack_id)) is not None
        for check in pack.checks
    ]


def _pack(pack_id: str) -> Pack | None:
    try:
        return current_service().packs.get(pack_id)
    except PackError:
        return None
