"""What a reader may see of a report, and when: the one place where visibility becomes words on a page.

Public checks show always. Those that wait for the deadline and hidden ones are only counted, with their points, until
the results are open; then the former show like any other, and the latter stay nameless with the points they gave.
Staff see everything. What a student's own run left (errors, output, figures, graphs) is always his.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.report import CheckResult, Report, StudentError
from submissions.portal import diagnoses
from submissions.portal.curves import Chart, check_chart, figure_charts
from submissions.portal.graph import GraphView, graph_view

# What fills blanks of a feedback, and is worth a line of its own: the student's value, and what it was held against.
YOURS = ("got", "shape", "value", "kind")
EXPECTED = "expected"

Say = Callable[..., str]


@dataclass(frozen=True)
class Reader:
    """Who looks. `open`: results that wait for the deadline are open to him."""

    locale: str
    staff: bool = False
    open: bool = False

    def sees(self, visibility: str) -> bool:
        """Whether a check of this visibility is shown with its name."""
        return self.staff or visibility == "public" or (self.open and visibility == "after_deadline")


@dataclass(frozen=True)
class CheckView:
    """One check as it is shown. `verdict`: of the report, or "partial" where a person gave part of the points.

    said_above: another check that is shown before it got the same words. given: the points of a person.
    """

    name: str
    title: str
    verdict: str
    points: float
    max_points: float
    visibility: str
    diagnosis: str = ""
    feedback: tuple[str, ...] = ()
    hint: str = ""
    said_above: bool = False
    yours: str = ""
    expected: str = ""
    cap: float | None = None
    chart: Chart | None = None
    given: Any = None
    fault: str = ""


@dataclass(frozen=True)
class Unseen:
    """Checks that are only counted. `earned` is None while that is not to be known either."""

    count: int
    max_points: float
    earned: float | None = None


@dataclass(frozen=True)
class ReportView:
    """A report as its reader may see it."""

    status: str
    message: str
    checks: tuple[CheckView, ...]
    waiting: Unseen
    hidden: Unseen
    errors: tuple[StudentError, ...]
    notes: tuple[str, ...]
    stdout: str
    figures: tuple[Chart, ...]
    graphs: tuple[GraphView, ...]
    cap: CheckView | None = None
    fault: str = ""


def report_view(
    report: Report, reader: Reader, say: Say, pack: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> ReportView:
    """The report for this reader. `say` gives the portal's sentences; `overrides` are rows by the name of the check."""
    checks = checks_view(report.checks, reader, say, pack, overrides)
    earned = sum(check.points for check in report.checks)
    held = next((check for check in checks if check.cap is not None and earned > check.cap == report.score), None)
    return ReportView(
        status=report.status,
        message=report.message[reader.locale],
        checks=checks,
        waiting=_unseen(report.checks, reader, "after_deadline", overrides),
        hidden=_unseen(report.checks, reader, "hidden", overrides),
        errors=report.errors,
        notes=report.notes,
        stdout=report.stdout,
        figures=tuple(
            picture
            for figure in report.figures
            for picture in figure_charts(figure, say("portal.curve_unnamed", n="{n}"))
        ),
        graphs=tuple(graph_view(graph, say("portal.graph_leaf")) for graph in report.graphs if graph["nodes"]),
        cap=held if reader.staff or reader.open or _all_public(report.checks) else _public_cap(report.checks, checks),
        fault=report.fault if reader.staff else "",
    )


def checks_view(
    checks: Sequence[CheckResult],
    reader: Reader,
    say: Say,
    pack: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> tuple[CheckView, ...]:
    """The checks that this reader sees, in their order. Also for a grading that is still running."""
    unseen = [title for check in checks if not reader.sees(check.visibility) for title in check.title.values()]
    shown: list[CheckView] = []
    told: set[tuple[str, str]] = set()
    for check in checks:
        if reader.sees(check.visibility):
            view = _check(check, reader, say, pack, unseen, (overrides or {}).get(check.name))
            words = ("\n".join(view.feedback), view.hint)
            if view.verdict != "skipped" and words in told:
                view = CheckView(**{**vars(view), "said_above": True})
            told.update([words] if any(words) else [])
            shown.append(view)
    return tuple(shown)


def _check(
    check: CheckResult, reader: Reader, say: Say, pack: Path | None, unseen: Sequence[str], given: Any
) -> CheckView:
    feedback = check.feedback[reader.locale]
    if check.verdict == "skipped" and any(title in feedback for title in unseen):
        feedback = say("portal.skipped_by_unseen")
    yours, expected = _pair(check, reader, feedback)
    shows_inputs = reader.staff or check.inputs == "shown"
    plot = check.plot if shows_inputs else None
    points = check.points if given is None else given.points
    return CheckView(
        name=check.name,
        title=check.title[reader.locale],
        verdict=_verdict(check, points if given is not None else None),
        points=points,
        max_points=check.max_points,
        visibility=check.visibility,
        diagnosis=diagnoses.title(check.diagnosis, pack, reader.locale),
        feedback=tuple(feedback.split("\n")) if feedback else (),
        hint=check.hint[reader.locale] if check.verdict != "passed" else "",
        yours=yours,
        expected=expected,
        cap=check.cap if check.verdict not in ("passed", "skipped", "broken") else None,
        chart=_chart(plot, check.title[reader.locale], say) if plot is not None else None,
        given=given,
        fault=str(check.detail.get("fault", "")) if reader.staff else "",
    )


def _verdict(check: CheckResult, given: float | None) -> str:
    if given is None:
        return check.verdict
    if given >= check.max_points:
        return "passed"
    return "partial" if given > 0 else "failed"


def _pair(check: CheckResult, reader: Reader, feedback: str) -> tuple[str, str]:
    """The student's value and the expected one, where both are known and the latter may be told."""
    yours = next((_shown(check.detail[name]) for name in YOURS if name in check.detail), "")
    expected = _shown(check.detail.get(EXPECTED, ""))
    may = reader.staff or check.inputs == "shown" or (expected and expected in feedback)
    return (yours, expected) if yours and expected and may else ("", "")


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _chart(plot: Any, title: str, say: Say) -> Chart | None:
    chart = check_chart(plot, title, say("portal.curve_yours"), say("portal.curve_expected"))
    return None if chart.is_empty else chart


def _unseen(
    checks: Sequence[CheckResult], reader: Reader, visibility: str, overrides: Mapping[str, Any] | None
) -> Unseen:
    found = [check for check in checks if check.visibility == visibility and not reader.sees(visibility)]
    known = reader.open and visibility == "hidden"
    given = overrides or {}
    earned = sum(given[check.name].points if check.name in given else check.points for check in found)
    return Unseen(len(found), sum(check.max_points for check in found), earned if known else None)


def _all_public(checks: Sequence[CheckResult]) -> bool:
    return all(check.visibility == "public" for check in checks)


def _public_cap(checks: Sequence[CheckResult], shown: Sequence[CheckView]) -> CheckView | None:
    """The cap that holds down the score of the public checks alone."""
    earned = sum(check.points for check in checks if check.visibility == "public")
    caps = [view for view in shown if view.cap is not None and view.cap < earned]
    return min(caps, key=lambda view: view.cap or 0.0, default=None)
