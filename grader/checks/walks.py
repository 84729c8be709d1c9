"""Graphs that count how often they are walked, to hold what a log of autograd runs says against what came back.

The log is kept in the student's process, so he may write in it. Here the graph itself is the witness: a hook inside it
multiplies what passes by another secret factor each time. The gradients of two passes add up to the sum of two
factors, and who did not make the passes does not know them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import torch

from grader.checks.altered import AlteredWorlds
from grader.checks.compare import close
from grader.checks.evidence import CallEvidence, Evidence, diagnose_problem
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.functions import Function
from grader.checks.inputs import Given, leaf, number
from grader.checks.messages import FREED
from grader.checks.references import grad
from grader.checks.runs import Runs, same_gains
from grader.checks.student import Student
from grader.errors import ChildFailure
from grader.wire.messages import Expression, Let, SequenceValue, Value

# Between these lie the factors. Nothing simple relates one to the next, so no other sum of them comes out alike.
LOWEST, SPAN, SPREAD = 1.2, 1.7, 9973.0
# Of more passes than this the factors are not told apart any more.
MOST_WALKS = 40

# The sum with 0 is a node that saves nothing: also a pass that is refused behind it has come by the hook.
_METERED = "(lambda walks, z: (z.register_hook(lambda g: g * (walks.append(1) or {factor})), z + 0)[1])(walks, F({x}))"
_COUNTED = "lambda f, walks, *given: [f(*given), len(walks)]"
# The student's function, where the error that it was to provoke may also leave it.
_QUIET = (
    "(lambda tools: type('Quiet', (tools.ContextDecorator, tools.suppress), {}))(__import__('contextlib'))"
    "(RuntimeError)(f)"
)
_COUNTED_QUIETLY = f"lambda f, walks, *given: [{_QUIET}(*given), len(walks)]"
# Differentiates once more after it; torch refuses where the graph was freed.
_AFTERWARDS = f"lambda f, x, y: ({_QUIET}(y), torch.autograd.grad(y, x))[1]"


@dataclass(frozen=True)
class Meter:
    """The factor of each walk through a graph. Where `steady`, the factor is the same every time."""

    start: float
    steady: bool = False

    def factor(self, walk: int) -> float:
        """The factor of this walk, counted from 0."""
        return LOWEST + SPAN * (SPREAD * math.sin(self.start + (0 if self.steady else walk)) % 1)

    def graph(self, function: Function, x: torch.Tensor) -> tuple[Given, Given, Given]:
        """The arguments (walks, y, x): a list with an entry for each walk, and the graph y = function(x)."""
        point = leaf(x)
        turn = "0" if self.steady else "(len(walks) - 1)"
        factor = f"({LOWEST} + {SPAN} * ({SPREAD} * math.sin({self.start!r} + {turn}) % 1))"
        counter = Let("walks", Expression("[]"))
        source = Expression(_METERED.format(factor=factor, x=point.name))
        lets = (*point.lets, counter, Let("F", function.expression), Let("y", source))
        return Given((counter,), "walks"), Given(lets, "y"), point


@dataclass(frozen=True)
class _Walked:
    """One call on a metered graph: what came back, and how often the graph was walked."""

    meter: Meter
    call: CallEvidence
    value: Value = None
    walks: int = 0

    def is_sum(self, single: torch.Tensor, of: int) -> bool:
        """Whether the value is the gradient times the factors of `of` walks, of which the last was not the first."""
        walks = range(min(self.walks, MOST_WALKS))
        sums = (sum(map(self.meter.factor, some)) for some in combinations(walks, of) if some[-1] > 0)
        return any(close(self.value, total * single) for total in sums)


def why_not_walked(student: Student, name: str, function: Function, x: torch.Tensor, *, adds: int) -> Diagnosis | None:
    """Why the student's function(y, x) did not take the gradient through one graph twice; None if it did.

    adds: of how many passes the returned gradient is the sum: 2 where they accumulate, 1 where it is zeroed between.
    """
    single = grad(function, x)
    start = number(0.0, 1.0)
    for steady in (False, True):
        walked = _walk(student, name, Meter(start, steady), function, x, with_x=True)
        if walked.is_sum(single, adds):
            return None
        if walked.call.raised is None and not _is_nothing(walked.value):
            break
        # Code that insists on twice the same gradient goes no further where the passes differ.
    if walked.call.raised is not None:
        return diagnose_problem(walked.call.raised)
    if walked.walks < 2:
        return diagnose("not-retained" if walked.walks else "never-run-twice", passes=walked.walks)
    return diagnose("accumulated-grad-not-returned" if adds > 1 else "not-zeroed")


def why_not_refused_there(student: Student, name: str, function: Function, x: torch.Tensor) -> Diagnosis | None:
    """Why the student's function(y) can't have met a refused second pass; None if graph and log agree that it did."""
    walked = _walk(student, name, Meter(number(0.0, 1.0), steady=True), function, x, with_x=False)
    if walked.call.raised is not None:
        return diagnose_problem(walked.call.raised)
    if walked.walks < 2:
        return diagnose("never-run-twice", passes=walked.walks)
    _, y, given = Meter(number(0.0, 1.0)).graph(function, x)
    afterwards = student.call(name, given, y, through=_AFTERWARDS)
    freed = afterwards.raised is not None and FREED in afterwards.raised.message
    return None if freed else diagnose("no-error-provoked", passes=walked.walks)


def why_not_in_the_engine(student: Student, answer: Evidence) -> Diagnosis | None:
    """Why the log of a script is not believed: with every derivative marked, none of the gradients is.

    None where it is believed, and where nothing can be compared.
    """
    mark = AlteredWorlds(student.world).mark
    with student.marked(mark):
        try:
            marked = Runs(student.script.report.runs)
        except ChildFailure:
            return None
    scaled = same_gains(answer.runs, marked, mark)
    return diagnose("not-autodiff") if scaled and not any(scaled) else None


def _walk(student: Student, name: str, meter: Meter, function: Function, x: torch.Tensor, *, with_x: bool) -> _Walked:
    walks, y, given = meter.graph(function, x)
    arguments: Sequence[Given] = (walks, y, given) if with_x else (walks, y)
    call = student.call(name, *arguments, through=_COUNTED if with_x else _COUNTED_QUIETLY)
    value = call.report.value
    if call.raised is not None or not isinstance(value, SequenceValue) or len(value.items) != 2:
        return _Walked(meter, call)
    told, walked = value.items
    return _Walked(meter, call, told, walked if isinstance(walked, int) else 0)


def _is_nothing(value: Value) -> bool:
    return value is None or isinstance(value, (bool, str))
