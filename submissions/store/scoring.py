"""From a report's record, people's overrides and lateness to points. Pure: no session, no clock.

shown_score is what a student may see before the other results open. It is made of the public checks alone, with the
caps of public checks alone, so that nothing about a hidden check can be read off it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WHOLE = ""
DIGITS = 6
# Verdicts of a check that caps nothing: it passed, or the student did not make it end.
UNCAPPED = ("passed", "skipped", "broken")

Record = Mapping[str, Any]


@dataclass(frozen=True)
class CheckPoints:
    """One line of an explained score: what the machine gave, what a person gave instead, what counts."""

    name: str
    visibility: str
    verdict: str
    given: float
    override: float | None
    points: float
    max_points: float
    cap: float | None


@dataclass(frozen=True)
class Points:
    """A score with its way: the lines, the cap that held it down, an override of the whole, the cost of lateness."""

    checks: tuple[CheckPoints, ...]
    earned: float
    cap: float | None
    whole: float | None
    late_factor: float
    score: float | None
    max_score: float | None
    shown_score: float | None
    shown_max: float | None


def points(
    report: Record | None, max_score: float | None, overrides: Mapping[str, float], late_factor: float = 1.0
) -> Points:
    """Points for the record of a report (`Report.to_record()`), or for none where nothing was graded.

    overrides: points by check, and under WHOLE those of the whole. A check that a person gave its full points caps
    nothing any more. An override of a check that the report does not have counts as well: a written answer's.
    """
    lines = _lines(report["checks"] if report is not None else (), overrides)
    earned, cap = _total(lines)
    whole = overrides.get(WHOLE)
    score: float | None = None
    if report is not None or overrides:
        score = round((earned if whole is None else whole) * late_factor, DIGITS)
    public = [line for line in lines if line.visibility == "public"]
    shown_score, shown_max = score, max_score
    if len(public) < len(lines):
        shown_score = round(_total(public)[0] * late_factor, DIGITS)
        shown_max = round(sum(line.max_points for line in public), DIGITS)
    return Points(lines, earned, cap, whole, late_factor, score, max_score, shown_score, shown_max)


def _lines(checks: Sequence[Record], overrides: Mapping[str, float]) -> tuple[CheckPoints, ...]:
    known = [_line(check, overrides.get(check["name"])) for check in checks]
    names = {line.name for line in known} | {WHOLE}
    marked = [
        CheckPoints(name, "public", "passed", 0.0, given, given, 0.0, None)
        for name, given in sorted(overrides.items())
        if name not in names
    ]
    return (*known, *marked)


def _line(check: Record, override: float | None) -> CheckPoints:
    counted = check["points"] if override is None else override
    stopped = check["verdict"] not in UNCAPPED and (override is None or override < check["max_points"])
    return CheckPoints(
        name=check["name"],
        visibility=check["visibility"],
        verdict=check["verdict"],
        given=check["points"],
        override=override,
        points=counted,
        max_points=check["max_points"],
        cap=check["cap"] if stopped else None,
    )


def _total(lines: Iterable[CheckPoints]) -> tuple[float, float | None]:
    """The sum of the points, and the least cap if that holds it down."""
    lines = tuple(lines)
    earned = sum(line.points for line in lines)
    cap = min((line.cap for line in lines if line.cap is not None), default=None)
    held = cap is not None and cap < earned
    return round(cap if held and cap is not None else earned, DIGITS), cap if held else None
