"""The page of the service's health. Staff see numbers, and the faults in their own courses; an administrator sees all.

Fault texts, paths and the names of machines are for administrators alone: a fault's text may quote anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal
from flask import Response, abort, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from grader.errors import PackError
from submissions.auth.policy import SIGNED_IN, access
from submissions.dashboard import blueprint
from submissions.dashboard.exports import csv_file
from submissions.dashboard.health.numbers import Pace, disk_of, pace_of
from submissions.models.base import utc_now
from submissions.portal.pages import BABEL_NAMES, SEE_OTHER, my_id, tell
from submissions.service import current_service
from submissions.store import health as store
from submissions.store.health import BrokenCheck, Fault, WorkerRow
from submissions.web.language import locale, t

FAULTS = 50
TABLES = ("throughput", "workers", "faults", "checks")
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
KIBI = 1024


@dataclass(frozen=True)
class Scope:
    """The courses whose faults the reader sees (None for all), and those in which he may mark them as seen."""

    courses: frozenset[int] | None
    own: frozenset[int] | None

    def may_see(self, fault: Fault) -> bool:
        """Whether the reader decides that a fault has been seen."""
        return self.own is None or fault.course.id in self.own


@blueprint.get("/health-of-service", endpoint="health")
@access(SIGNED_IN)  # `_scope` lets in whoever is staff of any course
def health() -> str:
    """Everything on one page."""
    service, scope, now = current_service(), _scope(), utc_now()
    hour = store.last_hour(service.db)
    return render_template(
        "dashboard/health/page.html",
        now=now,
        waiting=store.waiting(service.db),
        pace=pace_of(hour, now),
        workers=_named(hour.workers),
        faults=store.faults(service.db, scope.courses, FAULTS),
        checks=store.broken_checks(service.db, scope.courses),
        disk=disk_of(service.settings.data),
        database=store.database_bytes(service.db),
        folder=service.settings.data if g.user.is_admin else None,
        slots=service.settings.slots,
        scope=scope,
        pack_title=pack_title,
        check_title=check_title,
    )


@blueprint.get("/health-of-service/<table>.csv", endpoint="health_file")
@access(SIGNED_IN, free={"table"})
def health_file(table: str) -> Response:
    """One of the tables as a file."""
    service, scope, now = current_service(), _scope(), utc_now()
    if table not in TABLES:
        abort(404)
    name = f"health-{table}-{now:%Y%m%d-%H%M}"
    if table in ("throughput", "workers"):
        hour = store.last_hour(service.db)
        if table == "throughput":
            return csv_file(name, _heads("begin", "gradings"), _throughput(pace_of(hour, now)))
        return csv_file(name, _heads("worker", "running", "ended", "heard"), _worker_lines(_named(hour.workers)))
    if table == "faults":
        heads = _heads("when", "course", "pack", "cause", *(("detail",) if g.user.is_admin else ()))
        return csv_file(name, heads, [_fault_line(fault) for fault in store.faults(service.db, scope.courses, FAULTS)])
    found = store.broken_checks(service.db, scope.courses)
    return csv_file(name, _heads("pack", "check", "times", "last"), [_check_line(one) for one in found])


@blueprint.post("/health-of-service/alerts/<int:alert_id>/seen", endpoint="alert_seen")
@access(SIGNED_IN, free={"alert_id"})  # only alerts of courses that the reader teaches are found
def alert_seen(alert_id: int) -> AnyResponse:
    """An instructor has seen a fault; it isn't shown any more."""
    service = current_service()
    own = None if g.user.is_admin else store.staffed(service.db, my_id(), ("instructor",))
    if not store.see(service.db, alert_id, my_id(), own):
        abort(404)
    tell("health.marked_seen")
    return redirect(url_for("dashboard.health") + "#faults", SEE_OTHER)


def _scope() -> Scope:
    if g.user.is_admin:
        return Scope(None, None)
    db = current_service().db
    found = store.staffed(db, my_id())
    if not found:
        abort(403)
    return Scope(frozenset(found), frozenset(store.staffed(db, my_id(), ("instructor",))))


def _named(workers: Sequence[WorkerRow]) -> list[tuple[str, WorkerRow]]:
    """The name of a worker tells the machine it runs on: others than administrators see a number."""
    return [
        (worker.name if g.user.is_admin and worker.name else t("health.worker_number", n=number), worker)
        for number, worker in enumerate(workers, 1)
    ]


# --------------------------------------------------------------------------------------------- what is said


def pack_title(pack_id: str) -> str:
    """What an exercise is called; its id where it can't be read."""
    try:
        return current_service().packs.get(pack_id).title[locale()] if pack_id else "–"
    except PackError:
        return pack_id


def check_title(pack_id: str, name: str) -> str:
    """What a check is called; "" stands for the whole pack."""
    if not name:
        return t("health.whole_pack")
    try:
        checks = current_service().packs.get(pack_id).checks
    except PackError:
        return name
    return next((check.title[locale()] for check in checks if check.name == name), name)


@blueprint.app_template_filter("bytes")
def in_bytes(number: int) -> str:
    """1.5 GiB."""
    value, unit = float(number), 0
    while value >= KIBI and unit < len(UNITS) - 1:
        value, unit = value / KIBI, unit + 1
    return f"{format_decimal(round(value, 1), locale=BABEL_NAMES[locale()])} {UNITS[unit]}"


@blueprint.app_template_filter("seconds")
def in_seconds(value: float | None) -> str:
    """A measured length of time; a dash where nothing was measured."""
    if value is None:
        return "–"
    if value < 60:
        return t("health.seconds", n=f"{value:.1f}")
    return t("health.minutes", n=f"{value / 60:.1f}")


def _heads(*names: str) -> list[str]:
    return [t(f"health.head_{name}") for name in names]


def _throughput(pace: Pace) -> list[list[object]]:
    return [[bar.begin.isoformat(timespec="seconds"), bar.count] for bar in pace.bars]


def _worker_lines(workers: Sequence[tuple[str, WorkerRow]]) -> list[list[object]]:
    return [[name, row.running, row.ended, row.heard_at.isoformat(timespec="seconds")] for name, row in workers]


def _fault_line(fault: Fault) -> list[object]:
    when = fault.alert.created_at.isoformat(timespec="seconds")
    line: list[object] = [when, fault.course.slug, pack_title(fault.pack_id), t(f"health.cause_{fault.cause}")]
    return [*line, fault.detail] if g.user.is_admin else line


def _check_line(one: BrokenCheck) -> list[object]:
    last = one.last_at.isoformat(timespec="seconds") if one.last_at else None
    return [pack_title(one.pack_id), check_title(one.pack_id, one.name), one.times, last]
