"""Curves as evidence: which of the drawn series follows a function, whatever its order, label, sampling or figure.

    student.curves.following(torch.sin)            true if some curve does; .smooth, .names, .texts
    student.curves.following(torch.cos, exact=True)
    student.curves.why_not(torch.cos)              the diagnosis when none does

A curve is recognised by its values alone, at whatever x the student chose.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.checks import labels
from grader.checks.attachments import attach_plot
from grader.checks.feedback import Diagnosis
from grader.checks.series import FEWEST_POINTS, Curve, Function, Numbers, Panel, joined, panels_of, values
from grader.wire.messages import RunReport

# float32 keeps sin(x) to 1e-5 for x up to 100, also where the axis itself is in double precision.
EXACT_ABSOLUTE, EXACT_PER_X = 1e-5, 3e-7
# What the eye takes for the same curve: finite differences pass.
EYE_WORST, EYE_MEDIAN = 0.06, 0.03
# Over a shorter range a straight line looks like any function, so there only exact values count.
EYE_SPAN = 1.0
SMOOTH_POINTS, SMOOTH_SPAN, SMOOTH_GAP = 20, 2.0, 0.8
# Which part of the single points of an axes must lie on the function before they count as its curve.
POOL_SHARE = 0.25


@dataclass(frozen=True)
class Following:
    """The drawn curves that follow one function; false when there is none.

    `names` are the legend entries of these curves, and the headings (title, axis label) of an axes that shows
    nothing else. `texts` are the texts written into the axes and figures where they are.
    """

    curves: tuple[Curve, ...]
    names: frozenset[str]
    texts: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.curves)

    @property
    def smooth(self) -> bool:
        """Some curve, or the pieces of an axes together, has enough points, near enough, over a wide enough range."""
        places = {curve.place for curve in self.curves}
        together = [joined([curve for curve in self.curves if curve.place == place]) for place in places]
        return any(_smooth(curve.x) for curve in (*self.curves, *together))

    @property
    def sampling(self) -> dict[str, int | float]:
        """How the fullest of the curves is sampled: its different `points`, their `span` and the widest `gap`."""
        x = max((np.unique(curve.x) for curve in self.curves), key=len, default=np.zeros(1))
        return {"points": len(x), "span": float(np.ptp(x)), "gap": float(np.diff(x).max(initial=0.0))}

    @property
    def named_as_derivative(self) -> bool:
        """Some name calls it a derivative: "f'(x)", "导数", "dy/dx", "cos(x)"."""
        return any(labels.names_derivative(name) for name in self.names)

    @property
    def named_as_function(self) -> bool:
        """Some name calls it the function itself: "sin(x)", "f(x)", "y"."""
        return any(labels.names_function(name) for name in self.names)

    def swapped_with(self, derivative: Following) -> bool:
        """Whether this function's names and those of its `derivative` have changed places."""
        return labels.swapped(self.names, derivative.names)

    def told_apart_from(self, other: Following) -> bool:
        """Whether a reader can tell which curve is which: by names of their own, or by two texts in the picture."""
        named = bool(self.names) and bool(other.names) and len(self.names | other.names) > 1
        return named or len(self.texts | other.texts) > 1


class Curves:
    """Everything a run of the submission drew."""

    def __init__(self, report: RunReport) -> None:
        self.report = report
        self._found: dict[tuple[Function, bool, float], Following] = {}

    @classmethod
    def of(cls, report: RunReport) -> Curves:
        """The curves of a report; the same object for the same report, so that it remembers its answers."""
        known = next((curves for curves in _recent if curves.report is report), None)
        if known is None:
            known = cls(report)
            _recent.append(known)
        return known

    @cached_property
    def panels(self) -> tuple[Panel, ...]:
        """Every axes of every figure at every moment it was kept."""
        return panels_of(self.report.figures)

    @property
    def all(self) -> tuple[Curve, ...]:
        """Every curve, with the single points of each axes as one more."""
        return tuple(curve for panel in self.panels for curve in _candidates(panel))

    @property
    def nothing_drawn(self) -> bool:
        """There is no figure, or all figures are empty."""
        return not any(len(panel.pool) or panel.curves for panel in self.panels)

    def following(self, function: Function, exact: bool = False, scale: float = 1.0) -> Following:
        """The curves y = scale·function(x): to the eye, or `exact` up to the rounding of float32."""
        question = (function, exact, scale)
        if question not in self._found:
            self._found[question] = self._find(*question)
        return self._found[question]

    def _find(self, function: Function, exact: bool, scale: float) -> Following:
        found: list[Curve] = []
        names: set[str] = set()
        texts: set[str] = set()
        for panel in self.panels:
            here = list(_following_in(panel, function, exact, scale))
            found += here
            if here:
                names.update(name for curve in here for name in curve.names)
                texts.update(panel.texts)
                if _alone(panel, here, function, scale):
                    names.update(panel.headings)
        return Following(tuple(found), frozenset(names), frozenset(texts))

    def why_not(self, function: Function) -> Diagnosis:
        """Why no curve follows the function."""
        from grader.checks.plot_diagnosis import why_not

        return why_not(self, function)

    def attach(self, function: Function) -> None:
        """Shows the nearest curve beside the function in the report."""
        nearest = self.nearest(function)
        if nearest is None:
            return
        x = np.linspace(nearest.x.min(), nearest.x.max(), 200) if nearest.span else nearest.x
        attach_plot(yours=(nearest.x, nearest.y), expected=(x, values(function, x)))

    def nearest(self, function: Function) -> Curve | None:
        """The curve that follows the function, else the one that comes nearest to it; None when nothing is drawn."""
        following = self.following(function).curves
        if following:
            return max(following, key=len)
        candidates = [curve for curve in self.all if len(curve) >= FEWEST_POINTS]
        return min(candidates, key=lambda curve: _median_distance(curve, function), default=None)


# Every check of a grading asks about the same few runs.
_recent: deque[Curves] = deque(maxlen=8)


def follows(curve: Curve, function: Function, exact: bool = False, scale: float = 1.0) -> bool:
    """Whether y = scale·function(x) at every point."""
    if len(curve) < FEWEST_POINTS or curve.span <= 0:
        return False
    distance = np.abs(curve.y - scale * values(function, curve.x))
    size = max(1.0, abs(scale))
    if exact or curve.span < EYE_SPAN:
        return bool(np.all(distance <= size * (EXACT_ABSOLUTE + EXACT_PER_X * np.abs(curve.x))))
    return bool(distance.max() <= size * EYE_WORST and np.median(distance) <= size * EYE_MEDIAN)


def _following_in(panel: Panel, function: Function, exact: bool, scale: float) -> Iterator[Curve]:
    yield from (curve for curve in panel.curves if follows(curve, function, exact, scale))
    pool = panel.pool
    if len(pool) < FEWEST_POINTS:
        return
    # Points drawn one at a time: both clouds are in one pool, so each point is asked on which function it lies.
    distance = np.abs(pool.y - scale * values(function, pool.x))
    near = distance <= max(1.0, abs(scale)) * EYE_WORST
    cloud = Curve(pool.x[near], pool.y[near], pool.names, pool.place)
    if near.mean() >= POOL_SHARE and follows(cloud, function, exact, scale):
        yield cloud


def _alone(panel: Panel, found: Iterable[Curve], function: Function, scale: float) -> bool:
    """Whether an axes shows nothing but these curves; straight lines such as axhline and stems don't count."""
    known = {id(curve) for curve in found}
    others = [curve for curve in panel.curves if id(curve) not in known and curve.span > 0]
    stray = len(panel.pool) - sum(len(curve) for curve in found if id(curve) not in set(map(id, panel.curves)))
    return all(_accompanies(curve, function, scale) for curve in others) and stray < FEWEST_POINTS


def _accompanies(curve: Curve, function: Function, scale: float) -> bool:
    """Whether all points lie on the curve or at one height: a level line, or lines down to it from the curve."""
    away = np.abs(curve.y - scale * values(function, curve.x)) > max(1.0, abs(scale)) * EYE_WORST
    return not away.any() or bool(np.ptp(curve.y[away]) == 0)


def _candidates(panel: Panel) -> tuple[Curve, ...]:
    return (*panel.curves, panel.pool) if len(panel.pool) else panel.curves


def _smooth(x: Numbers) -> bool:
    places = np.unique(x)
    wide_enough = len(places) >= SMOOTH_POINTS and places[-1] - places[0] >= SMOOTH_SPAN
    return bool(wide_enough and np.diff(places).max() <= SMOOTH_GAP)


def _median_distance(curve: Curve, function: Function) -> float:
    return float(np.median(np.abs(curve.y - values(function, curve.x))))
