"""The pages of the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Response, g, render_template, request, url_for

from submissions.auth.policy import ADMIN, access, member
from submissions.dashboard import blueprint
from submissions.dashboard.audit.sentences import Line, actions, line_of
from submissions.dashboard.exports import csv_file
from submissions.dashboard.typed import whole_number
from submissions.service import current_service
from submissions.store import audit_reading as store
from submissions.store.audit_reading import Wanted
from submissions.texts import one_line
from submissions.web.language import course_timezone, t

PAGE = 50
FILE_LINES = 10_000
FILE_STEP = 500
CHARACTERS = 200
FIELDS = ("person", "action", "subject", "since", "until")


@dataclass(frozen=True)
class Where:
    """One of the two logs: its pages' names, and the arguments of their addresses."""

    page: str
    file: str
    arguments: Mapping[str, Any]
    course_id: int | None


@blueprint.get("/courses/<slug>/audit", endpoint="audit")
@access(member("instructor"))
def audit(slug: str) -> str:
    """The log of a course."""
    return _page(Where("dashboard.audit", "dashboard.audit_file", {"slug": slug}, g.course.id))


@blueprint.get("/courses/<slug>/audit.csv", endpoint="audit_file")
@access(member("instructor"))
def audit_file(slug: str) -> Response:
    """The log of a course as a file."""
    return _file(f"{slug}-audit", g.course.id)


@blueprint.get("/admin/audit", endpoint="audit_of_all")
@access(ADMIN)
def audit_of_all() -> str:
    """The log of everything: accounts and every course."""
    return _page(Where("dashboard.audit_of_all", "dashboard.audit_of_all_file", {}, None))


@blueprint.get("/admin/audit.csv", endpoint="audit_of_all_file")
@access(ADMIN)
def audit_of_all_file() -> Response:
    """The same as a file."""
    return _file("audit", None)


def _page(where: Where) -> str:
    fields, db = read_fields(request.args), current_service().db
    before = whole_number(request.args.get("before"))
    rows = store.entries(db, wanted_of(fields, where.course_id), before, PAGE + 1)
    shown = rows[:PAGE]
    names = store.names(db, shown)

    def address(endpoint: str, **changes: Any) -> str:
        kept: dict[str, Any] = {name: value for name, value in {**fields, **changes}.items() if value}
        return url_for(endpoint, **where.arguments, **kept)

    return render_template(
        "dashboard/audit/page.html",
        lines=[line_of(row, names) for row in shown],
        older=address(where.page, before=shown[-1].id) if len(rows) > PAGE else None,
        newest=address(where.page) if before is not None else None,
        clear=url_for(where.page, **where.arguments),
        file=address(where.file),
        about=lambda subject: url_for(where.page, **where.arguments, subject=subject),
        fields=fields,
        actions=actions(),
        is_filtered=any(fields.values()),
        everywhere=where.course_id is None,
    )


def _file(name: str, course_id: int | None) -> Response:
    wanted = wanted_of(read_fields(request.args), course_id)
    names = ["when", "who", "login", "role", "course", "action", "subject", "sentence", "reason"]
    heads = [t(f"audit.head_{one}") for one in names]
    if g.user.is_admin:
        heads.append(t("audit.head_address"))
    return csv_file(name, heads, (_cells(line) for line in _lines(wanted)))


def _lines(wanted: Wanted) -> Iterator[Line]:
    """The newest lines, as many as a file holds."""
    db, before, left = current_service().db, None, FILE_LINES
    while left > 0:
        rows = store.entries(db, wanted, before, min(FILE_STEP, left))
        names = store.names(db, rows)
        yield from (line_of(row, names) for row in rows)
        if len(rows) < FILE_STEP:
            return
        left, before = left - len(rows), rows[-1].id


def _cells(line: Line) -> list[object]:
    entry = line.entry
    when = entry.at.astimezone(course_timezone()).isoformat(timespec="seconds")
    cells: list[object] = [
        when, line.who, line.login, line.role, line.course, entry.action, entry.subject, line.sentence, entry.reason,
    ]  # fmt: skip
    return [*cells, entry.address] if g.user.is_admin else cells


# ------------------------------------------------------------------------------------------------- filters


def read_fields(values: Mapping[str, str]) -> dict[str, str]:
    """The filter as it stands in an address."""
    return {name: one_line(values.get(name, "")[:CHARACTERS]) for name in FIELDS}


def wanted_of(fields: Mapping[str, str], course_id: int | None) -> Wanted:
    """The filter as the store understands it; a day that is none filters nothing."""
    return Wanted(
        course_id=course_id,
        person=fields["person"],
        action=fields["action"],
        subject=fields["subject"],
        since=_begin(fields["since"], 0),
        until=_begin(fields["until"], 1),
    )


def _begin(words: str, days: int) -> datetime | None:
    """The first moment of a day by the clock of the course, or of one `days` later."""
    try:
        day = date.fromisoformat(words) + timedelta(days=days)
        return datetime.combine(day, time(), course_timezone()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
