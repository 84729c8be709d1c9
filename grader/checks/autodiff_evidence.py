"""Whether a drawn derivative of sin came out of autodiff, by what the submission does in altered worlds.

1. replaced: every upstream gradient is multiplied by a secret mark and torch.sin is another function. A curve that is
   the mark times the other function's slope was differentiated; nothing else can draw it. Usually the only extra run.
2. marked: the mark alone, for a sine of the student's own making and for code that gives up when its sine is not one.
3. gentle: a mark so small that code goes on which compares with the known derivative; a fit over the curve reads it.
4. unending and tainted: for code that compares to the last bit, and then exits, or draws nothing.

A right answer may contain any number of cosines, drawn, printed or asserted: they stay what they are in these worlds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch

from grader.checks import code_hints
from grader.checks.altered import (
    AlteredWorlds,
    cosine_stand_in,
    difference_slope,
    shifted_stand_ins,
    stand_in,
    stand_in_slope,
)
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.plot_diagnosis import factor_to
from grader.checks.plots import Curves
from grader.checks.recorded import gradients, proportional, ratio
from grader.checks.review import put_up_for_review
from grader.checks.series import FEWEST_POINTS, Curve, Function, values
from grader.checks.student import Student
from grader.errors import ChildFailure
from grader.wire.messages import OpCount, World

# A derivative of a derivative's derivative carries the mark three times.
MARK_POWERS = (1, 2, 3)
# How much of a gentle mark the fit may miss; rounding in float32 moves it by a hundredth.
GENTLE_SHARE = 0.25
# How far a difference quotient over a coarse grid may be from the slope it stands for.
DIFFERENCE_RANGE = (0.9, 1.1)

# A node of a Function written in Python carries its class's name; torch's own nodes end in a number.
_PYTHON_NODE = re.compile(r"(?!CheckpointFunction|Copy)\w+Backward")


class DerivativeOfSine:
    """The evidence about the curve of the derivative of sin that a submission drew. `derivative` is cos."""

    def __init__(self, student: Student, derivative: Function = torch.cos) -> None:
        self._student = student
        self._derivative = derivative
        self._worlds = AlteredWorlds(student.world)

    @cached_property
    def by_autodiff(self) -> bool:
        """Some drawn curve is the derivative and went through autodiff."""
        if self.follows_stand_in:
            return self._differentiated_openly
        if self._is_difference:
            return False
        if self._is_marked(self._marked, self._derivative):
            return self.by_own_rule or not (self._mark_was_measured or self._computed_from_values)
        return self._gently_marked or self._insists_on_the_derivative

    @cached_property
    def follows_stand_in(self) -> bool:
        """With torch.sin replaced, some curve is the mark times the slope of what replaced it."""
        return self._is_marked(self._replaced, stand_in_slope)

    @cached_property
    def by_own_rule(self) -> bool:
        """The derivative passed through autodiff, but by a rule of the student's own that computes it."""
        if self.follows_stand_in or self._is_difference:
            return False
        if any(_is_cos(op) and op.node not in (None, "SinBackward0") for op in _ops(self._marked)):
            return True
        if not self._sine_follows_stand_in:
            return False
        # torch.sin is not a sine here, so no cos belongs into a backward pass, and a rule that was written by hand
        # is what keeps the derivative from following.
        return any(
            op.node is not None and (_is_cos(op) or _PYTHON_NODE.fullmatch(op.node) is not None)
            for op in _ops(self._replaced)
        )

    def why_not(self) -> Diagnosis:
        """Where a curve of the derivative came from that did not come from autodiff."""
        code = self._student.code
        if code_hints.imports(code, "sympy") or code_hints.patches_torch(code):
            return diagnose("no-backward")
        source = self._source_of_curve()
        if source is not None:
            return diagnose(source)
        plain = self._student.curves
        if any(_is_cos(op) and op.node is None and op.api in ("cos", "cos_") for op in _ops(self._marked)):
            return diagnose("cos-used")
        if not plain.following(self._derivative, exact=True):
            return diagnose("finite-difference")
        return diagnose("not-autodiff" if plain.report.runs_total else "no-backward")

    # ------------------------------------------------------------------------------------------- the worlds

    @cached_property
    def _replaced(self) -> Curves | None:
        return self._run(self._worlds.replaced)

    @cached_property
    def _marked(self) -> Curves | None:
        return self._run(self._worlds.marked)

    def _run(self, world: World) -> Curves | None:
        """The run in an altered world; None where it ended the child, which is no evidence against anyone."""
        try:
            return Curves.of(self._student.run_in(world))
        except ChildFailure:
            return None

    def _is_marked(self, curves: Curves | None, function: Function) -> bool:
        mark = self._worlds.mark
        return curves is not None and any(curves.following(function, scale=mark**power) for power in MARK_POWERS)

    # ----------------------------------------------------------------------------------- the finer questions

    @cached_property
    def _gently_marked(self) -> bool:
        for mark in self._worlds.gentle_marks:
            gentle = self._run(self._worlds.gentle(mark))
            after = gentle.following(self._derivative).curves if gentle is not None else ()
            if after:
                return self._fits(mark, after)
            # Not even drawn: this code gives up at a smaller difference.
        return False

    def _fits(self, mark: float, after: Sequence[Curve]) -> bool:
        before = self._student.curves.following(self._derivative).curves
        if len(before) != len(after):
            return False
        return any(
            np.array_equal(one.x, other.x) and abs(ratio(other.y, one.y) - mark) <= GENTLE_SHARE * (mark - 1)
            for one, other in zip(before, after, strict=True)
        )

    @cached_property
    def _insists_on_the_derivative(self) -> bool:
        """The code draws nothing where a derivative is marked, however gently, and all there is speaks for autodiff.

        It may draw the marked one where it can't end the run. Else either the curve stays the same where everything
        that left a sine or a cosine is tainted; or not even that can be seen, and the curve is to the last bit a
        recorded gradient, in a run in which nothing called a cosine. Of these two an instructor is told.
        """
        if self._draws_all(self._marked):
            return False
        unending = self._run(self._worlds.unending)
        if unending is not None and self._draws_all(unending):
            return self._is_marked(unending, self._derivative) and self._gradients_explain(unending)
        tainted = self._run(self._worlds.tainted)
        if tainted is not None and self._draws_all(tainted):
            seen = bool(tainted.following(self._derivative, exact=True)) and self._gradients_explain(tainted)
        else:
            seen = self._is_a_gradient
        if seen:
            put_up_for_review("unconfirmed-autodiff")
        return seen

    def _draws_all(self, curves: Curves | None) -> bool:
        """Whether it has as many curves like the derivative as the plain run; true where nobody could see."""
        return curves is None or self._derivatives_in(curves) >= self._derivatives_in(self._student.curves)

    def _derivatives_in(self, curves: Curves) -> int:
        return sum(factor_to(curve, self._derivative) is not None for curve in curves.all)

    @cached_property
    def _is_a_gradient(self) -> bool:
        """In the plain run a drawn curve equals a recorded gradient bit for bit, and no cosine was called."""
        plain = self._run(replace(self._worlds.plain, ops=True))
        if plain is None or any(_is_cos(op) and op.node is None for op in plain.report.ops):
            return False
        curves = plain.following(self._derivative, exact=True).curves
        recorded = [gradient for _, gradient in gradients(plain.report.runs) if gradient is not None]
        pooled = np.concatenate(recorded or [np.empty(0)])
        return any(np.array_equal(curve.y, known) for curve in curves for known in (pooled, *recorded))

    @cached_property
    def _sine_follows_stand_in(self) -> bool:
        return self._replaced is not None and bool(self._replaced.following(stand_in))

    @cached_property
    def _is_difference(self) -> bool:
        """With torch.sin replaced, the curve is the slope of its values, not the one that autodiff finds.

        The mark may have come into it by an upstream gradient, a hook or a rule of the student's own.
        """
        return self._is_marked(self._replaced, difference_slope)

    @cached_property
    def _differentiated_openly(self) -> bool:
        """The curve that follows was made by autodiff, and the plain run made its own in the same way.

        Denied only on evidence: nothing was differentiated although the log saw the stand-in, or the plain run, whose
        gradients are not what it drew, ran autodiff another number of times.
        """
        altered, plain = self._replaced, self._student.curves
        if altered is None:
            return False
        if not altered.report.runs_total:
            names = {op.op for op in altered.report.ops}
            return "aten::abs" not in names or bool(names & {"aten::sgn", "aten::sign"})
        if altered.report.runs_total == plain.report.runs_total:
            return True
        return bool(plain.report.runs_total) and self._gradients_explain(plain)

    @cached_property
    def _mark_was_measured(self) -> bool:
        """The mark is in the curve because it was measured elsewhere and multiplied in.

        Only said on evidence: no recorded run of autodiff computed the derivative that was drawn. Where the drawn sine
        follows what replaced torch.sin and the derivative does not, that is the run to look at.
        """
        curves = self._replaced if self._sine_follows_stand_in else self._marked
        if curves is None:
            return False
        if not curves.report.runs_total:
            return any(_is_cos(op) and op.api == "cos" for op in curves.report.ops)
        return not self._gradients_explain(curves)

    def _gradients_explain(self, curves: Curves) -> bool:
        """Whether recorded gradients are proportional to the derivative, at the leaves or as it was drawn.

        Also true where not every gradient was recorded.
        """
        runs = curves.report.runs
        points = list(gradients(runs))
        if curves.report.runs_total > len(runs) or any(gradient is None for _, gradient in points):
            return True
        known = [(leaf, gradient) for leaf, gradient in points if gradient is not None]
        if any(leaf is None for leaf, _ in known) and not any(len(gradient) >= FEWEST_POINTS for _, gradient in known):
            return True
        drawn = [curve.y for curve in curves.all if factor_to(curve, self._derivative) is not None]
        pooled = np.concatenate([gradient for _, gradient in known] or [np.empty(0)])
        if any(proportional(gradient, y) for gradient in (pooled, *(gradient for _, gradient in known)) for y in drawn):
            return True
        placed = [(leaf, gradient) for leaf, gradient in known if leaf is not None]
        x = np.concatenate([leaf for leaf, _ in placed] or [np.empty(0)])
        y = np.concatenate([gradient for _, gradient in placed] or [np.empty(0)])
        return any(proportional(gradient, values(self._derivative, leaf)) for leaf, gradient in ((x, y), *placed))

    @cached_property
    def _telltale(self) -> Curves | None:
        return self._run(self._worlds.telltale)

    @cached_property
    def _computed_from_values(self) -> bool:
        """The derivative is a called cosine, or a difference of values, and the mark was brought into it: with every
        sine and cosine replaced, curves follow what replaced them and none is the derivative any more.
        """
        if self._telltale is None or self._source_of_curve() is None:
            return False
        return not any(self._telltale.following(function) for function in (self._derivative, stand_in_slope))

    def _source_of_curve(self) -> str | None:
        """The code of what the derivative follows when every sine and every cosine is replaced, autodiff left alone."""
        curves = self._telltale
        if curves is None:
            return None
        low, high = DIFFERENCE_RANGE
        factors = [factor_to(curve, difference_slope) for curve in curves.all if len(curve) >= FEWEST_POINTS]
        if any(factor is not None and low <= factor <= high for factor in factors):
            return "finite-difference"
        if any(curves.following(shifted, scale=sign) for shifted, sign in shifted_stand_ins()):
            return "phase-shift"
        # A cosine may have been fitted to the gradient of one point, so any multiple of it tells.
        multiples = (factor_to(curve, cosine_stand_in) for curve in curves.all if len(curve) >= FEWEST_POINTS)
        return "cos-used" if any(factor is not None for factor in multiples) else None


def came_from_autodiff(student: Student, derivative: Function = torch.cos) -> bool:
    """Whether a drawn curve is the derivative of sin and went through autodiff."""
    return DerivativeOfSine(student, derivative).by_autodiff


def why_not_autodiff(student: Student, derivative: Function = torch.cos) -> Diagnosis:
    """Where the drawn derivative came from instead."""
    return DerivativeOfSine(student, derivative).why_not()


def hand_written_rule(student: Student, derivative: Function = torch.cos) -> bool:
    """Whether the derivative came out of a backward of the student's own that computes it."""
    return DerivativeOfSine(student, derivative).by_own_rule


def _ops(curves: Curves | None) -> tuple[OpCount, ...]:
    return () if curves is None else curves.report.ops


def _is_cos(op: OpCount) -> bool:
    return op.op in ("aten::cos", "aten::cos_")
