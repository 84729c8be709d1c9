"""The textbook's control flow f on vectors and matrices: its slope, and what a script took for its gradient.

f doubles until the norm is 1000 and then looks at the sign of the sum, so f(a) = slope * a along the way that a takes,
and the gradient of f(a).sum() is that slope in every component.

A script has names of its own. What it differentiated is read from the log of its autograd runs: each leaf with its
value, and the gradient that every run left there or returned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import torch

from grader.checks.code_hints import definitions
from grader.checks.compare import Number, as_numbers, close, why_wrong
from grader.checks.derivatives import marked
from grader.checks.evidence import ScriptEvidence
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.functions import TEXTBOOK_SOURCE, fn
from grader.checks.inputs import leaf, rand
from grader.checks.runs import Runs
from grader.checks.student import Student
from grader.checks.values import to_tensor
from grader.wire.messages import Array, AutogradRun, LeafState, TensorValue

END = 1000.0
# A vector of this norm or less needs a hundred doublings and more: f may not end for it.
SMALLEST_NORM = 1e-28
# How far the norms and sums on the way of a drawn input stay from where f decides, as a part of the norm.
MARGIN = 0.02
# How often a gradient may have been added up to be known for that.
MOST_REPEATS = 10


def slope(a: torch.Tensor) -> float | None:
    """What f multiplies a with, decided in the precision of a; None where the loop would not end."""
    if not a.numel() or not bool(torch.isfinite(a).all()) or float(a.norm()) < SMALLEST_NORM:
        return None
    b, factor = a * 2, 2.0
    while float(b.norm()) < END:
        b, factor = b * 2, factor * 2
    return factor if float(b.sum()) > 0 else 100 * factor


def gradient(a: torch.Tensor) -> torch.Tensor | None:
    """The gradient of f(a).sum(), None where f does not end."""
    factor = slope(a)
    return None if factor is None else torch.full(a.shape, factor, dtype=torch.float64)


def rand_off_the_edges(*shape: int, low: float = -2.0, high: float = 2.0) -> torch.Tensor:
    """A seeded input on whose way neither decision is so close that the precision could turn it."""
    while True:
        a = rand(*shape, low=low, high=high)
        octave = torch.frexp(a.norm() / END).mantissa.item()
        clear = 0.5 * (1 + MARGIN) < octave < 1 - MARGIN
        if clear and abs(float(a.sum())) > MARGIN * float(a.norm()):
            return a


@dataclass
class TakenGradient:
    """A leaf that autograd runs reached. `got`: each gradient they left in .grad or returned, in order, and the sums
    of what was returned. `left`: .grad at the end. `of_f`: some run started from what f makes of this leaf.
    """

    a: torch.Tensor
    name: str | None
    want: torch.Tensor
    got: list[torch.Tensor] = field(default_factory=list)
    left: torch.Tensor | None = None
    returned: torch.Tensor | None = None
    of_f: bool = False

    def right(self, mark: float = 1.0) -> bool:
        """Whether some run gave the gradient of f, and .grad was not a multiple of it in the end."""
        fits = marked if mark != 1.0 else _unmarked
        return any(fits(each, self.want, mark) for each in self.got) and (mark != 1.0 or self.repeats == 1)

    @property
    def repeats(self) -> int:
        """How many times the gradient has been added up in .grad; 1 where it is no multiple."""
        if self.left is None:
            return 1
        return next((n for n in range(2, MOST_REPEATS + 1) if close(self.left, n * self.want)), 1)


def taken_gradients(runs: Runs) -> list[TakenGradient]:
    """What the runs made of each leaf, in the order in which the leaves were first reached."""
    taken: dict[tuple[int, bytes], TakenGradient] = {}
    for run in runs:
        for reached in map(_with_samples, run.leaves):
            value = _real(reached.value)
            want = None if value is None else _wanted(value, reached)
            if reached.value is None or value is None or want is None:
                continue
            entry = taken.setdefault((reached.ident, reached.value.data), TakenGradient(value, reached.name, want))
            entry.of_f = entry.of_f or any(_made_by_f(_real(root.value), entry) for root in run.roots)
            if run.problem is None:
                _note(entry, run, reached)
    return list(taken.values())


def is_slope(factor: float) -> bool:
    """Whether f can multiply with this number: a power of two, or a hundred times one."""
    return factor > 0 and any(math.log2(factor / times).is_integer() for times in (1, 100))


def gave_f_away(student: Student) -> bool:
    """Whether the name f went to another exercise: the file defines it more than once, and what it ended up with is
    nothing like the textbook's f, not even one with other numbers or with a sum behind it.
    """
    if definitions(student.code, "f") < 2:
        return False
    call = student.call("f", leaf(torch.tensor([1.0, 2.0, 5.0]), name="a"))
    d = None if call.missing or call.raised is not None else as_numbers(call.raw)
    if d is None or d.is_complex() or d.shape not in ((), (3,)):
        return not call.missing
    sizes = torch.tensor([1.0, 2.0, 5.0] if d.dim() else 8.0)
    return not all(is_slope(float(factor)) for factor in (d / sizes).reshape(-1))


@contextmanager
def the_textbooks_f(student: Student) -> Iterator[None]:
    """Inside, the student's functions find the textbook's f under its name, if he gave the name away later."""
    if not gave_f_away(student):
        yield
        return
    with student.bound(f=fn(TEXTBOOK_SOURCE)):
        yield


def names_a_non_leaf(student: Student, name: str) -> bool:
    """Whether this global is a tensor with a history, which gets no .grad."""
    value = student.read(name).value
    return isinstance(value, TensorValue) and value.requires_grad and not value.is_leaf and value.grad is None


def took_the_gradient(script: ScriptEvidence, mark: float = 1.0) -> bool:
    """Whether the script took the gradient of f at some vector or matrix."""
    return any(taken.a.numel() > 1 and taken.right(mark) for taken in taken_gradients(script.runs))


def why_not_taken(script: ScriptEvidence) -> Diagnosis:
    """The diagnosis for a script that did not."""
    own = [taken for taken in taken_gradients(script.runs) if taken.of_f or taken.name == "a"]
    vectors = [taken for taken in own if taken.a.numel() > 1]
    tried = [taken for taken in vectors if taken.got]
    if tried:
        return why_wrong_gradient(tried[-1].got[-1], tried[-1].want, repeats=tried[-1].repeats)
    if own and not vectors:
        return script.why("a-is-scalar", shape=str(tuple(own[-1].a.shape)))
    return script.why("no-gradient")


def why_wrong_gradient(got: Number, want: torch.Tensor, repeats: int = 2) -> Diagnosis:
    """The diagnosis for a wrong gradient of f(a).sum()."""
    reason = why_wrong(got, want, mean_not_sum=want / max(want.numel(), 1), accumulated=max(repeats, 2) * want)
    if reason.code == "wrong-gradient" and only_some(got, want):
        return diagnose("one-element-only", **reason.detail)
    return reason


def only_some(got: Number, want: torch.Tensor) -> bool:
    """Whether some components are right and all others zero."""
    tensor = as_numbers(got)
    if tensor is None or tensor.shape != want.shape or tensor.is_complex():
        return False
    there = tensor != 0
    partly = bool(there.any()) and not bool(there.all())
    return partly and close(tensor, torch.where(there, want, torch.zeros_like(want)))


def _with_samples(reached: LeafState) -> LeafState:
    """The leaf with the sample of its elements in their place, where it has too many to be told."""
    if reached.value is not None or len(reached.samples) != 3:
        return reached
    value, before, after = reached.samples
    return replace(reached, value=value, grad_before=before, grad_after=after)


def _wanted(value: torch.Tensor, reached: LeafState) -> torch.Tensor | None:
    if not reached.samples:
        return gradient(value)
    # The norm and the sum of all elements are estimated, so a slope next to the likely one is as good.
    spread = math.sqrt(math.prod(reached.shape) / max(value.numel(), 1))
    likely = gradient(value * spread)
    after = _real(reached.grad_after)
    if likely is None or after is None:
        return likely
    near = [likely * part for part in (1, 2, 0.5, 100, 200, 50, 0.01, 0.02, 0.005)]
    return next((each for each in near if close(after, each)), likely)


def _note(entry: TakenGradient, run: AutogradRun, reached: LeafState) -> None:
    after = _real(reached.grad_after)
    if run.entry == "backward" and after is not None:
        entry.got.append(after)
        entry.left = after
    for result in map(_real, run.results):
        if result is not None and result.shape == entry.a.shape:
            # A Jacobian is asked for row by row; its rows add up to the gradient of the sum.
            entry.returned = result if entry.returned is None else entry.returned + result
            entry.got += [result, entry.returned]


def _made_by_f(root: torch.Tensor | None, entry: TakenGradient) -> bool:
    if root is None:
        return False
    d = entry.want * entry.a.to(torch.float64)
    ways: Iterable[Callable[[torch.Tensor], torch.Tensor]] = (torch.sum, torch.mean, torch.norm, torch.max, torch.min)
    made = [d, *(way(d) for way in ways), *d.reshape(-1)[:64]]
    return any(close(root, each) for each in made)


def _unmarked(got: torch.Tensor, want: torch.Tensor, mark: float) -> bool:
    return close(got, mark * want)


def _real(array: Array | None) -> torch.Tensor | None:
    tensor = None if array is None else to_tensor(array)
    return None if tensor is None or tensor.is_complex() or not tensor.is_floating_point() else tensor
