"""A function of the student's own design, at inputs of his own choice: its values, its gradients, its paths.

All points are his examples and points within one percent of them, because only he knows the shape and the domain of
his function. The gradient is what torch gives for g(x).sum() in his process, asked for by an expression of ours; since
his process may claim anything, it has to agree with differences of g's values wherever these tell something.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch

from grader.checks.branches import OwnFunctions, line_names, own_functions
from grader.checks.evidence import CallEvidence, diagnose_problem
from grader.checks.examples import readings
from grader.checks.feedback import fail
from grader.checks.inputs import leaf, rand
from grader.checks.own_point import Point
from grader.checks.student import Student
from grader.checks.values import numbers
from grader.errors import ChildFailure
from grader.wire.messages import SequenceValue

# The value of g and the gradient of its sum, None where nothing leads back to x.
DIFFERENTIATE = (
    "lambda g, x: (lambda y: (y, torch.autograd.grad(y.sum(), x, allow_unused=True)[0]"
    " if isinstance(y, torch.Tensor) and y.requires_grad else None))(g(x))"
)
REPEATS = 12
REPEAT = f"lambda g, x: [g(x) for _ in range({REPEATS})]"
# How far the points around an example are from it, as a part of its size, and how many rings there are.
NEARBY = 0.01
RINGS = 2
# As many differences of values have to speak against a gradient.
ENOUGH = 2
# Examples beyond these only count for the branches they reach.
MOST_STUDIED = 10
MOST_REPEATED = 3


class OwnFunction:
    """The student's function `name` at his `examples`. Ends the check where one of them is not there."""

    def __init__(self, student: Student, name: str = "g", examples: str = "examples") -> None:
        self._student = student
        self._name = name
        self._read = readings(student.read(examples).value)
        if not self._read:
            # An exception on the way to `examples` explains more than their absence.
            problem = next(iter(student.script.problems), None)
            known = {known.name for known in student.names}
            if problem is not None and examples not in known:
                raise AssertionError(diagnose_problem(problem))
            fail("missing-name" if name not in known else "examples-missing", name=name)

    @property
    def name(self) -> str:
        """What the student calls it."""
        return self._name

    # ------------------------------------------------------------------------------------------- the points

    @cached_property
    def examples(self) -> list[Point]:
        """The points of the examples, in the reading of them that suits g best."""
        return self._student.once(f"examples of {self._name}", self._at_examples)

    def _at_examples(self) -> list[Point]:
        best: list[Point] = []
        for reading in self._read:
            points: list[Point] = []
            for one in reading:
                points.append(self.at(one.x, one.label))
                if points[-1].ran_out_of_time:
                    return points
            if not best or sum(p.usable for p in points) > sum(p.usable for p in best):
                best = points
            if all(point.call.raised is None for point in points):
                break
        return best

    def at(self, x: torch.Tensor, label: str = "", wide: bool = False) -> Point:
        """The point at any input, in double precision if `wide`."""
        if not wide:
            call = self._student.call(self._name, leaf(x), ops=True, lines=True, through=DIFFERENTIATE)
        else:
            call = self._student.call(self._name, leaf(x.to(torch.float64)), through=DIFFERENTIATE)
        if call.raised is not None and self._name not in {known.name for known in self._student.names}:
            fail("missing-name", name=self._name)
        value = None if call.raised is not None else call.report.value
        if not isinstance(value, SequenceValue) or len(value.items) != 2:
            return Point(label, x, call, None, None, None)
        raw, gradient = value.items
        return Point(label, x, call, raw, numbers(raw), numbers(gradient))

    @cached_property
    def studied(self) -> list[Point]:
        """Examples with a gradient, those that go different ways first. Ends the check where there is none."""
        usable = [point for point in self.examples if point.usable]
        if not usable:
            raise AssertionError(next(point.fault for point in self.examples))
        first = {point.path: point for point in reversed(usable)}
        others = [point for point in usable if point not in first.values()]
        return [*reversed(first.values()), *others][:MOST_STUDIED]

    def near(self, example: Point) -> list[Point]:
        """Points around an example at which g is known to be fine: on a path that some example goes."""
        known = {point.path for point in self.examples}
        found = []
        for ring in range(1, RINGS + 1):
            try:
                point = self.at(nearby(example.x, NEARBY * ring / RINGS), example.label)
            except ChildFailure:
                break
            if point.ran_out_of_time:
                break
            if point.usable and point.path in known:
                found.append(point)
        return found

    @cached_property
    def points(self) -> list[tuple[Point, Point]]:
        """(point, the example it belongs to) for every point at which answers are compared."""
        return [(point, example) for example in self.studied for point in (example, *self.near(example))]

    def subgradients(self, example: Point) -> tuple[torch.Tensor, torch.Tensor]:
        """The least and the greatest gradient very near to an example: at a kink, anything between is right."""
        assert example.gradient is not None
        found = [example.gradient.to(torch.float64)]
        for _ in range(6):
            point = self.at(nearby(example.x, NEARBY / 10))
            if point.usable and point.gradient is not None:
                found.append(point.gradient.to(torch.float64))
        stacked = torch.stack(found)
        return stacked.min(dim=0).values, stacked.max(dim=0).values

    # -------------------------------------------------------------------------------------------- the paths

    @cached_property
    def source(self) -> OwnFunctions:
        """The functions in the student's file."""
        return own_functions(self._student.code, self._student.kind)

    @property
    def running(self) -> list[Point]:
        """The examples at which g did not raise. Ends the check where there is none."""
        found = [point for point in self.examples if point.call.raised is None]
        if not found:
            raise AssertionError(self.examples[0].fault)
        return found

    @property
    def unreached(self) -> str:
        """The first lines of branches that no example reaches, "" where there are none."""
        # Repeated, because a branch that chance decides is not one that the examples leave out.
        calls = [*(point.call for point in self.running), *self._repeats]
        places = [place for call in calls for place in call.report.places]
        lines = sorted({line for call in calls for line in call.lines})
        return line_names(self.source.unreached(places, lines), self._student.kind)

    @property
    def is_random(self) -> bool:
        """Whether g goes another way when it is asked again at the same input."""
        once, *others = self.running[:MOST_REPEATED]
        again = [once] * REPEATS + others * (REPEATS // 4)
        return any(self.at(point.x).path != point.path for point in again)

    @cached_property
    def wavers(self) -> bool:
        """Whether g has several values at one input: nothing can be compared with its gradient then."""
        return self._student.once(f"repeats of {self._name}", self._has_several_values)

    def _has_several_values(self) -> bool:
        for call in self._repeats:
            values = call.report.value if call.raised is None else None
            items = values.items if isinstance(values, SequenceValue) else ()
            found = [tensor for item in items if (tensor := numbers(item)) is not None]
            if any(not _same(tensor, found[0]) for tensor in found):
                return True
        return False

    @property
    def _repeats(self) -> list[CallEvidence]:
        return self._student.once(
            f"calls of {self._name}",
            lambda: [
                self._student.call(self._name, leaf(point.x), lines=True, through=REPEAT)
                for point in self.running[:MOST_REPEATED]
            ],
        )

    @property
    def goes_different_ways(self) -> bool:
        """Whether the examples take at least two paths, or one that chooses anew for each element."""
        if len({point.path for point in self.running}) > 1:
            return True
        return any(point.reads > 1 and self.source.goes_both_ways(point.places) for point in self.running)

    @property
    def depends_on_values(self) -> bool:
        """Whether numbers decide the path: inputs of one shape go different ways, or a number is read on the way.

        A path that follows the shape alone stays the same when other numbers are put into it.
        """
        points = self.running
        paths = {(tuple(point.x.shape), point.path) for point in points}
        if len(paths) > len({shape for shape, _ in paths}):
            return True
        if not any(point.reads for point in points):
            return False
        return len({path for _, path in paths}) == 1 or not self._follows_shape_alone(points)

    def _follows_shape_alone(self, points: Sequence[Point]) -> bool:
        if any(point.reads > 1 and self.source.goes_both_ways(point.places) for point in points):
            return False
        for one in points[:MOST_STUDIED]:
            for other in points[:MOST_STUDIED]:
                swapped = self.at(_filled(one.x, other.x)) if other.x.shape != one.x.shape else one
                if swapped.call.raised is None and swapped.path != one.path:
                    return False
        return True

    # ----------------------------------------------------------------------------------------- the evidence

    @property
    def cut_off(self) -> str | None:
        """The example at which the graph misses a way by which x enters the value, None where it misses none."""
        return self._student.once(
            f"cut of {self._name}", lambda: next((one.label for one in self.studied if self._is_cut_off(one)), None)
        )

    def _is_cut_off(self, example: Point) -> bool:
        """Whether differences of g's values contradict its gradient: x also enters where the graph does not see it.

        Only said where every difference that can be taken near the example says so, and there are two at least.
        """
        verdicts: list[bool] = []
        for _ in range(4):
            verdict = self._contradicts(example)
            if verdict is not None:
                verdicts.append(verdict)
            if len(verdicts) == ENOUGH:
                break
        return len(verdicts) == ENOUGH and all(verdicts)

    def _contradicts(self, example: Point) -> bool | None:
        """None where a jump or a kink is too near, or rounding too large, for a difference to tell anything."""
        x = nearby(example.x, NEARBY).to(torch.float64)
        direction = rand(*x.shape).to(torch.float64) * float(example.x.abs().max().clamp(min=1e-3))
        middle = self.at(x, wide=True)
        if not middle.usable or middle.gradient is None or middle.y is None or middle.y.dtype != torch.float64:
            return None
        claimed = float((middle.gradient.to(torch.float64) * direction).sum())
        slopes = []
        for step in (1e-4, 5e-5):
            ends = [self.at(x + sign * step * direction, wide=True) for sign in (1, -1)]
            if any(not end.usable or end.y is None or end.y.shape != middle.y.shape for end in ends):
                return None
            above, below = (float(end.y.sum()) for end in ends if end.y is not None)
            slopes += [(above - float(middle.y.sum())) / step, (float(middle.y.sum()) - below) / step]
        scale = max(map(abs, [*slopes, claimed]))
        noise = 1e-9 * float(middle.y.abs().sum()) / 5e-5
        if max(slopes) - min(slopes) > 0.02 * scale + noise:
            return None
        away = abs(sum(slopes) / len(slopes) - claimed)
        if 2e-3 * scale + noise < away <= 0.05 * scale + 10 * noise:
            return None
        return away > 0.05 * scale + 10 * noise


def nearby(x: torch.Tensor, part: float) -> torch.Tensor:
    """Every component moved by up to this part of itself; a zero by this part of the largest component."""
    size = torch.where(x == 0, x.abs().max().clamp(min=1e-3), x.abs())
    return x + (part * size * rand(*x.shape, low=-1, high=1).to(x.dtype)).to(x.dtype)


def _filled(like: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """The numbers of one input in the shape of another."""
    flat = values.reshape(-1).repeat(-(-like.numel() // values.numel()))
    return flat[: like.numel()].reshape(like.shape).to(like.dtype)


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and bool(torch.equal(one.nan_to_num(), other.nan_to_num()))
