"""The log of autograd runs as evidence: what was refused, what went through one graph twice, what .grad did meanwhile.

Node idents are stable within one child, so two runs share a graph exactly where their non-leaf nodes overlap; the same
root is not needed (`y.sum().backward()` twice makes two roots over one graph).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import torch

from grader.checks.compare import TOLERANCES
from grader.checks.messages import FREED, SCALAR_RULE
from grader.checks.values import to_tensor
from grader.wire.messages import Array, AutogradRun, LeafState, Problem

# The log keeps at least so many runs; of more, some in the middle may be missing.
MOST_NOTED = 64


@dataclass(frozen=True)
class LeafPass:
    """What a second pass did to one leaf: .grad before and after it, and what the earlier pass had put there.

    All are float64, and zero where .grad was None. `moved` tells whether the leaf's own values changed in between,
    `between` whether another run reached the leaf meanwhile.
    """

    before: torch.Tensor
    after: torch.Tensor
    earlier: torch.Tensor
    left: torch.Tensor
    tolerance: float
    moved: bool
    between: bool = False

    @property
    def repeated(self) -> bool:
        """The pass gave the gradient that the earlier one gave, and that is not zero everywhere."""
        scale = float(self.earlier.abs().max())
        return scale > 0 and self._same(self.after - self.before, self.earlier)

    @property
    def accumulated(self) -> bool:
        """The earlier gradient was still there, and the same once more was added to it."""
        kept = self._same(self.before, self.left) and not self._same(self.left, self._zero)
        return self.repeated and kept and not self.between

    @property
    def zeroed(self) -> bool:
        """The earlier gradient had been cleared, so that the pass left the gradient of one run."""
        return self.repeated and self._same(self.before, self._zero)

    def gave(self, gradient: torch.Tensor) -> bool:
        """Each of the two passes gave this gradient, which was computed on the trusted side."""
        if gradient.shape != self.earlier.shape:
            return False
        return self.repeated and self._same(self.earlier, gradient.to(torch.float64))

    @property
    def _zero(self) -> torch.Tensor:
        return torch.zeros_like(self.before)

    def _same(self, one: torch.Tensor, other: torch.Tensor) -> bool:
        scale = max(1e-30, float(self.after.abs().max()), float(self.earlier.abs().max()))
        return bool((one - other).abs().max() <= self.tolerance * scale)


class Runs(Sequence[AutogradRun]):
    """The autograd runs of a call or of a whole submission, in order."""

    def __init__(self, runs: Sequence[AutogradRun]) -> None:
        self._runs = tuple(runs)

    @overload
    def __getitem__(self, index: int) -> AutogradRun: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[AutogradRun, ...]: ...
    def __getitem__(self, index: int | slice) -> AutogradRun | tuple[AutogradRun, ...]:
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[AutogradRun]:
        return iter(self._runs)

    def __add__(self, other: Runs) -> Runs:
        return Runs((*self._runs, *other))

    def saying(self, fragment: str) -> tuple[AutogradRun, ...]:
        """The runs that ended in an error with this fragment in its message."""
        return tuple(run for run in self if run.problem is not None and fragment in run.problem.message)

    def says(self, fragment: str) -> bool:
        """Whether some run ended in an error with this fragment in its message."""
        return bool(self.saying(fragment))

    @property
    def refused(self) -> tuple[AutogradRun, ...]:
        """The passes that torch refused because an earlier one had freed the graph.

        Only an error that torch had reason to raise: an earlier run went through nodes of the same graph and did not
        keep it. Of very many runs some are not noted, and then the message alone has to do.
        """
        if len(self) >= MOST_NOTED:
            return self.saying(FREED)
        return tuple(run for run in self.saying(FREED) if any(_freed(earlier, run) for earlier in self._before(run)))

    @property
    def succeeded(self) -> Runs:
        """The runs without an error."""
        return Runs([run for run in self if run.problem is None])

    def reaching(self, tensor: torch.Tensor) -> Runs:
        """The runs that reach a leaf with exactly these values: the tensor that was handed over."""
        return Runs([run for run in self if any(_holds(leaf.value, tensor) for leaf in run.leaves)])

    @property
    def second_passes(self) -> list[LeafPass]:
        """Every successful `backward` through nodes of an earlier successful one, leaf by leaf."""
        return self.second_passes_from(None)

    def second_passes_from(self, value: torch.Tensor | None) -> list[LeafPass]:
        """Those that began, both times, at a number equal to `value`, by which the graph of a known y is recognised."""
        passes: list[LeafPass] = []
        backwards = [run for run in self.succeeded if run.entry == "backward"]
        begun = [value is None or any(_equals(root.value, value) for root in run.roots) for run in backwards]
        for place, run in enumerate(backwards):
            for back, earlier in enumerate(backwards[:place]):
                if begun[place] and begun[back] and set(run.nodes) & set(earlier.nodes):
                    reached = {leaf.ident for other in backwards[back + 1 : place] for leaf in other.leaves}
                    passes.extend(_leaf_passes(earlier, run, reached))
        return passes

    @property
    def grads_of_second_pass(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """(.grad before, .grad after) of every leaf in every second pass."""
        return [(leaf.before, leaf.after) for leaf in self.second_passes]

    def _before(self, run: AutogradRun) -> tuple[AutogradRun, ...]:
        return self._runs[: self._runs.index(run)]

    @property
    def why_no_second_pass(self) -> str:
        """The code that tells why `second_passes` is empty."""
        if self.refused:
            return "not-retained"
        if not len(self):
            return "never-run-twice"
        return "graph-rebuilt" if self._same_leaf_twice else "not-retained"

    @property
    def _same_leaf_twice(self) -> bool:
        seen: set[int] = set()
        for run in self.succeeded:
            idents = {leaf.ident for leaf in run.leaves}
            if seen & idents:
                return True
            seen |= idents
        return False

    @staticmethod
    def is_lesson(problem: Problem) -> bool:
        """Whether an exception is one of the errors that the exercises are about, which a file may well end in."""
        return any(fragment in problem.message for fragment in (FREED, SCALAR_RULE))

    def taught(self, problem: Problem) -> bool:
        """As `is_lesson`; but where no run at all succeeded, the rule about scalars was no lesson but a mistake."""
        return self.is_lesson(problem) and (len(self.succeeded) > 0 or SCALAR_RULE not in problem.message)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The errors of the runs."""
        return tuple(run.problem for run in self if run.problem is not None)


def _freed(earlier: AutogradRun, run: AutogradRun) -> bool:
    """Whether the earlier run freed nodes that the later one came through; one that was broken off may have."""
    return not earlier.retain_graph and bool(set(earlier.nodes) & set(run.nodes))


def _holds(array: Array | None, tensor: torch.Tensor) -> bool:
    if array is None or array.shape != tuple(tensor.shape):
        return False
    return bool(torch.equal(to_tensor(array).to(torch.float64), tensor.detach().to(torch.float64)))


def _equals(array: Array | None, value: torch.Tensor) -> bool:
    """Whether the array holds this number and no other, up to rounding; what was not recorded may do so."""
    if array is None:
        return True
    tensor = _real(array)
    return tensor.numel() > 0 and bool(torch.allclose(tensor, value.detach().double().expand(tensor.shape), rtol=1e-4))


def same_gains(plain: Runs, marked: Runs, mark: float) -> list[bool]:
    """Whether each gradient of a marked log is the plain log's times the mark, for the leaves that can be compared:
    the same run of `backward` found the same values there, and added something to .grad.
    """
    verdicts = []
    for one, other in zip(plain, marked, strict=False):
        if one.entry != "backward" or other.entry != "backward" or one.problem or other.problem:
            continue
        for leaf, twin in zip(one.leaves, other.leaves, strict=False):
            gain, scaled = _gain(leaf), _gain(twin)
            if gain is None or scaled is None or gain.shape != scaled.shape or _told(leaf)[0] != _told(twin)[0]:
                continue
            scale = float(gain.abs().max()) if gain.numel() else 0.0
            if scale > 0:
                verdicts.append(bool((scaled - mark * gain).abs().max() <= 1e-3 * mark * scale))
    return verdicts


def _gain(leaf: LeafState) -> torch.Tensor | None:
    value, before, after = _told(leaf)
    if value is None or after is None:
        return None
    return _real(after) - _real(before, _real(after))


def _leaf_passes(earlier: AutogradRun, run: AutogradRun, reached: Collection[int] = ()) -> Iterator[LeafPass]:
    first = {leaf.ident: leaf for leaf in earlier.leaves}
    for leaf in run.leaves:
        origin = first.get(leaf.ident)
        if origin is None or origin.shape != leaf.shape or 0 in leaf.shape:
            continue
        value, before, after = _told(leaf)
        value_then, before_then, left = _told(origin)
        if after is None or left is None or after.shape != left.shape:
            continue
        like = _real(after)
        yield LeafPass(
            before=_real(before, like),
            after=like,
            earlier=_real(left) - _real(before_then, like),
            left=_real(left),
            tolerance=_tolerance(leaf.dtype),
            moved=value is not None and value_then is not None and value.data != value_then.data,
            between=leaf.ident in reached,
        )


def _told(leaf: LeafState) -> tuple[Array | None, Array | None, Array | None]:
    """Value, .grad before and .grad after: in full, or the sample of a tensor that is too large for that."""
    if leaf.grad_after is None and len(leaf.samples) == 3:
        return leaf.samples[0], leaf.samples[1], leaf.samples[2]
    return leaf.value, leaf.grad_before, leaf.grad_after


def _real(array: Array | None, like: torch.Tensor | None = None) -> torch.Tensor:
    """The array in float64; zeros where a missing .grad stands for them."""
    if array is None:
        return torch.zeros_like(like) if like is not None else torch.zeros(())
    tensor = to_tensor(array)
    return torch.view_as_real(tensor).to(torch.float64) if tensor.is_complex() else tensor.to(torch.float64)


def _tolerance(dtype: str) -> float:
    rtol, _ = TOLERANCES.get(getattr(torch, dtype, torch.float32), TOLERANCES[torch.float32])
    # A sum of passes is compared, so float64 gets the room of a few roundings more.
    return max(rtol, 1e-8)
