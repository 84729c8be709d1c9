"""A function of the student's own design, at inputs of his own choice: its values, its gradients, its paths.

All points are his examples and points within one percent of them, because only he knows the shape and the domain of
his function. The gradient is what torch gives for g(x).sum() in his process, asked for by an expression of ours; since
his process may claim anything, it has to agree with differences of g's values wherever these tell something.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property

import torch

from grader.checks.branches import OwnFunctions, line_names, own_functions
from grader.checks.differences import STEPS, Cross
from grader.checks.evidence import CallEvidence, diagnose_problem
from grader.checks.examples import readings
from grader.checks.feedback import fail
from grader.checks.inputs import Handed, leaf, rand
from grader.checks.own_point import Point, path_of
from grader.checks.student import Student
from grader.checks.values import numbers
from grader.errors import ChildFailure
from grader.wire.messages import SequenceValue, TensorValue

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
# As many differences of values have to speak against a gradient, in so many attempts.
ENOUGH = 2
ATTEMPTS = 4
# Examples beyond these only count for the branches they reach.
MOST_STUDIED = 10
MOST_REPEATED = 3


class OwnFunction:
    """The student's function `name` at his `examples`. Ends the check where one of them is not there."""

    def __init__(self, student: Student, name: str = "g", examples: str = "examples") -> None:
        self._student = student
        self._name = name
        self._read = student.once(f"readings of {examples}", lambda: readings(student.read(examples).value))
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
            for point in self.at_all([one.x for one in reading], [one.label for one in reading]):
                points.append(point)
                if point.ran_out_of_time:
                    return points
            if not best or sum(p.usable for p in points) > sum(p.usable for p in best):
                best = points
            if all(point.call.raised is None for point in points):
                break
        return best

    def at(self, x: torch.Tensor, wide: bool = False) -> Point:
        """The point at any input, in double precision if `wide`."""
        return next(self.at_all([x], wide=wide))

    def at_all(self, xs: Sequence[torch.Tensor], labels: Sequence[str] = (), *, wide: bool = False) -> Iterator[Point]:
        """The points at these inputs, asked for together. May end early with a ChildFailure."""
        handed = [leaf(x.to(torch.float64)) if wide else leaf(x) for x in xs]
        calls = self._student.calls(self._name, handed, ops=not wide, lines=not wide, through=DIFFERENTIATE)
        for x, call, label in zip(xs, calls, labels or itertools.repeat(""), strict=False):
            yield self._point(x, call, label)

    def _point(self, x: torch.Tensor, call: CallEvidence, label: str) -> Point:
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

    @property
    def points(self) -> list[tuple[Point, Point]]:
        """(point, the example it belongs to) for every point at which answers are compared: the examples, and points
        around them at which g is known to be fine, on a path that some example goes.
        """
        return self._student.once(f"points of {self._name}", self._at_and_near)

    def _at_and_near(self) -> list[tuple[Point, Point]]:
        known = {point.path for point in self.examples}
        near = [(point, of) for point, of in self._near_studied() if point.usable and point.path in known]
        return [(p, one) for one in self.studied for p in (one, *(point for point, of in near if of is one))]

    def _near_studied(self) -> list[tuple[Point, Point]]:
        found: list[tuple[Point, Point]] = []
        rings = [NEARBY * ring / RINGS for ring in range(1, RINGS + 1)]
        waiting = [(nearby(example.x, part), example) for example in self.studied for part in rings]
        while waiting:
            points = self.up_to_a_failure([x for x, _ in waiting])
            found += [(point, of) for point, (_, of) in zip(points, waiting, strict=False)]
            # Around an example from where g did not come back, nothing more is asked.
            lost = [of for _, of in waiting[len(points) : len(points) + 1]]
            waiting = [(x, of) for x, of in waiting[len(points) + 1 :] if not any(of is one for one in lost)]
        return found

    def up_to_a_failure(self, xs: Sequence[torch.Tensor]) -> list[Point]:
        """The points at these inputs, up to the first one from which g does not come back."""
        found: list[Point] = []
        with contextlib.suppress(ChildFailure):
            for point in self.at_all(xs):
                if point.ran_out_of_time:
                    break
                found.append(point)
        return found

    def subgradients(self, example: Point) -> tuple[torch.Tensor, torch.Tensor]:
        """The least and the greatest gradient very near to an example: at a kink, anything between is right."""
        assert example.gradient is not None
        near = self.at_all([nearby(example.x, NEARBY / 10) for _ in range(6)])
        found = [example, *(point for point in near if point.usable)]
        stacked = torch.stack([point.gradient.to(torch.float64) for point in found if point.gradient is not None])
        return stacked.min(dim=0).values, stacked.max(dim=0).values

    # -------------------------------------------------------------------------------------------- the paths

    @property
    def source(self) -> OwnFunctions:
        """The functions in the student's file."""
        return self._student.once("own functions", lambda: own_functions(self._student.code, self._student.kind))

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
        calls = self._student.calls(self._name, _leaves(again), ops=True, lines=True)
        ways = {(id(point), path_of(call)) for point, call in zip(again, calls, strict=True)}
        return len(ways) > len({point for point, _ in ways})

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
            lambda: list(
                self._student.calls(self._name, _leaves(self.running[:MOST_REPEATED]), lines=True, through=REPEAT)
            ),
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
        return self._student.once(f"cut of {self._name}", self._first_cut_off)

    def _first_cut_off(self) -> str | None:
        """The label of the first example near which differences of g's values contradict its gradient.

        Only said where every difference that can be taken near the example says so, and there are ENOUGH.
        """
        doubts = [0] * len(self.studied)
        waiting = list(range(len(self.studied)))
        for _ in range(ATTEMPTS):
            verdicts = dict(zip(waiting, self._contradicted([self.studied[n].x for n in waiting]), strict=True))
            for n, contradicted in verdicts.items():
                doubts[n] += contradicted is True
            waiting = [n for n in waiting if verdicts[n] is not False and doubts[n] < ENOUGH]
        cut_off = (n for n in range(len(doubts)) if doubts[n] == ENOUGH)
        return next((self.studied[n].label for n in cut_off), None)

    def _contradicted(self, xs: Sequence[torch.Tensor]) -> list[bool | None]:
        """Whether differences taken near each input contradict the gradient; None where they tell nothing."""
        crosses = [Cross.near(nearby(x, NEARBY), x) for x in xs]
        middles = list(self.at_all([cross.middle for cross in crosses], wide=True))
        tellable = [cross for cross, middle in zip(crosses, middles, strict=True) if Cross.can_tell(middle)]
        ends = self._student.calls(self._name, [leaf(x) for cross in tellable for x in cross.ends])
        told = {
            id(cross): [_value_in_graph(call) for call in itertools.islice(ends, 2 * len(STEPS))] for cross in tellable
        }
        return [cross.contradicts(m, told.get(id(cross), [])) for cross, m in zip(crosses, middles, strict=True)]


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


def _leaves(points: Sequence[Point]) -> list[Handed]:
    return [leaf(point.x) for point in points]


def _value_in_graph(call: CallEvidence) -> torch.Tensor | None:
    """What g gave, None where it is no finite tensor, or has no graph."""
    raw = None if call.raised is not None else call.report.value
    y = numbers(raw) if isinstance(raw, TensorValue) and raw.requires_grad else None
    return y if y is not None and bool(torch.isfinite(y).all()) else None
