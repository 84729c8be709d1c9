"""Why a curve is not there: the known mistakes of plotting a function and its derivative, told from the numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from grader.checks.evidence import diagnose_problem
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.messages import NUMPY_ON_GRAD
from grader.checks.plots import EYE_MEDIAN, EYE_WORST, Curves, follows
from grader.checks.runs import Runs
from grader.checks.series import FEWEST_POINTS, Curve, Function, Numbers, values
from grader.wire.arrays import to_numpy
from grader.wire.messages import Array, Problem, RunReport

# Units of an axis other than radians, as radians per unit: degrees, turns of pi, quarter turns, whole turns.
OTHER_UNITS = (math.pi / 180, math.pi, math.pi / 2, 2 * math.pi)
# How far from proportional a curve may be to count as the function times a number.
SHAPE_TOLERANCE = 0.03
MOST_LEAVES = 40


def why_not(curves: Curves, function: Function) -> Diagnosis:
    """The diagnosis when no drawn curve follows `function`."""
    problem = telling_problem(curves.report)
    if curves.nothing_drawn:
        return diagnose("no-figure") if problem is None else diagnose_problem(problem)
    candidates = [curve for curve in curves.all if len(curve) >= FEWEST_POINTS]
    if any(_in_other_units(curve, function) for curve in candidates):
        return diagnose("x-axis-not-radians")
    if _drawn_over_the_index(candidates, function, curves.report):
        return diagnose("x-axis-is-the-index")
    factors = [factor for curve in candidates if (factor := factor_to(curve, function)) is not None]
    if factors:
        return diagnose("scaled-curve", ratio=factors[0])
    if any(_is_coarse_difference(curve, function) for curve in candidates):
        return diagnose("finite-difference")
    constants = [float(curve.y[0]) for curve in candidates if curve.span > 0 and np.ptp(curve.y) <= 1e-6]
    if any(constants):
        return diagnose("constant-curve", value=next(filter(None, constants)))
    if problem is not None and not Runs(curves.report.runs).taught(problem):
        return diagnose_problem(problem)
    return diagnose("constant-curve", value=0.0) if constants else diagnose("not-there", curves=len(candidates))


def telling_problem(report: RunReport) -> Problem | None:
    """The exception that most likely kept a curve from being drawn, None where every cell ended well."""
    problems = [cell.problem for cell in report.cells if cell.problem is not None]
    return min(problems, key=partial(_rank, Runs(report.runs)), default=None)


def factor_to(curve: Curve, function: Function) -> float | None:
    """The number c in y = c·function(x), where the curve has that shape; None where it has not, or c is 0."""
    want = values(function, curve.x)
    power = float(want @ want)
    if power <= 0 or curve.span <= 0:
        return None
    factor = float(want @ curve.y) / power
    rest = curve.y - factor * want
    shape_kept = np.sqrt(np.mean(rest**2)) <= SHAPE_TOLERANCE * abs(factor) * math.sqrt(power / len(want))
    return factor if shape_kept and abs(factor) > 1e-9 else None


def _rank(runs: Runs, problem: Problem) -> int:
    """The order of suspicion. A file with several exercises also holds errors that were provoked on purpose."""
    if "SyntaxError" in problem.types:
        return 0
    if NUMPY_ON_GRAD in problem.message:
        return 1
    return 3 if runs.taught(problem) else 2


def _in_other_units(curve: Curve, function: Function) -> bool:
    for unit in OTHER_UNITS:
        turned = Curve(curve.x * unit, curve.y, curve.names, curve.place)
        # By the chain rule, autodiff on an axis in degrees gives a derivative that is smaller by the same factor.
        scaled = Curve(turned.x, curve.y / unit, curve.names, curve.place)
        if turned.span >= 1.5 and (follows(turned, function) or follows(scaled, function)):
            return True
    return False


def _drawn_over_the_index(candidates: Sequence[Curve], function: Function, report: RunReport) -> bool:
    for curve in (curve for curve in candidates if _is_index(curve.x)):
        known = [x for x in _known_axes(candidates, report) if len(x) == len(curve)]
        if known:
            if any(follows(Curve(x, curve.y, (), curve.place), function) for x in known):
                return True
        elif _is_unit_wave(curve.y):
            return True
    return False


def _known_axes(candidates: Sequence[Curve], report: RunReport) -> Iterator[Numbers]:
    """Where the student may have sampled: the other curves' x, and the leaves he differentiated."""
    yield from (curve.x for curve in candidates if not _is_index(curve.x))
    leaves = [leaf.value for run in report.runs[:MOST_LEAVES] for leaf in run.leaves if leaf.value is not None]
    yield from (_flat(leaf) for leaf in leaves[:MOST_LEAVES] if math.prod(leaf.shape) >= FEWEST_POINTS)


def _flat(array: Array) -> Numbers:
    return to_numpy(array).astype(np.float64).ravel()


def _is_index(x: Numbers) -> bool:
    return bool(x[0] in (0.0, 1.0) and np.array_equal(x, x[0] + np.arange(len(x))))


def _is_unit_wave(y: Numbers) -> bool:
    """Whether y is a sine wave of amplitude 1 at equal steps: y[i+1] + y[i-1] = 2·cos(step)·y[i]."""
    inner, outer = y[1:-1], y[2:] + y[:-2]
    power = float(inner @ inner)
    if len(y) < 8 or power <= 0:
        return False
    double_cosine = float(inner @ outer) / power
    if not 1e-7 < 2 - double_cosine < 4 or np.abs(outer - double_cosine * inner).max() > EYE_WORST:
        return False
    step = math.acos(double_cosine / 2) * np.arange(len(y))
    basis = np.stack([np.sin(step), np.cos(step)], axis=1)
    weights = np.linalg.lstsq(basis, y, rcond=None)[0]
    distance = np.abs(basis @ weights - y)
    return bool(abs(np.hypot(*weights) - 1) <= EYE_WORST and np.median(distance) <= EYE_MEDIAN)


def _is_coarse_difference(curve: Curve, function: Function) -> bool:
    """Whether y is the function half a step aside, as a one-sided difference over a coarse grid is."""
    steps = np.diff(curve.x)
    if not steps.size or steps.min() <= 0 or steps.max() > 0.5:
        return False
    half = float(np.median(steps)) / 2
    return any(follows(Curve(curve.x + shift, curve.y, (), curve.place), function) for shift in (half, -half))
