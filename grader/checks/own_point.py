"""What the student's own function did at one input: value, gradient, and the path it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from grader.checks.evidence import CallEvidence, diagnose_problem
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.values import kind_of, shown
from grader.wire.messages import OpCount, Place, TensorValue, Value

READS = frozenset({"aten::_local_scalar_dense", "aten::item", "aten::equal", "aten::is_nonzero"})
CHOICES = frozenset({"aten::where", "aten::heaviside", "aten::masked_fill", "aten::masked_fill_"})

Path = tuple[tuple[tuple[int, int, int, int], ...], tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Point:
    """What g did at one input. `y` and `gradient` are None where there is none."""

    label: str
    x: torch.Tensor
    call: CallEvidence
    raw: Value
    y: torch.Tensor | None
    gradient: torch.Tensor | None

    @cached_property
    def path(self) -> Path:
        """The way g went: the pieces of source and the operations that ran."""
        return path_of(self.call)

    @property
    def places(self) -> tuple[Place, ...]:
        """The pieces of source that ran."""
        return self.call.report.places

    @property
    def reads(self) -> int:
        """How often a number was read out of a tensor."""
        return sum(op.count for op in _forward(self.call.ops) if op.op in READS)

    @property
    def chooses(self) -> bool:
        """Whether an operation chose between values, element by element."""
        return any(op.op in CHOICES for op in _forward(self.call.ops))

    @property
    def ran_out_of_time(self) -> bool:
        """The call was broken off."""
        return self.call.raised is not None and "SubmissionTimeout" in self.call.raised.types

    @property
    def usable(self) -> bool:
        """Value and gradient are there and finite."""
        return self.fault is None

    @property
    def fault(self) -> Diagnosis | None:
        """Why this point has no gradient to compare with."""
        if self.call.raised is not None:
            return diagnose_problem(self.call.raised)
        if self.y is None:
            return diagnose("not-a-tensor", kind=kind_of(self.raw))
        if not isinstance(self.raw, TensorValue) or self.gradient is None:
            return diagnose("graph-broken", detail=self.label)
        if not bool(torch.isfinite(self.y).all()):
            return diagnose("not-finite", got=shown(self.y))
        if not bool(torch.isfinite(self.gradient).all()):
            return diagnose("grad-not-finite", got=shown(self.gradient))
        return None

    @property
    def floor(self) -> float:
        """The size of gradients that are nothing but rounding: what y holds, over what x holds."""
        size = 0.0 if self.y is None else float(self.y.abs().max())
        return 1e-6 * size / max(float(self.x.abs().max()), 1e-3)


def path_of(call: CallEvidence) -> Path:
    """The way a traced call went."""
    places = tuple((p.line, p.column, p.end_line, p.end_column) for p in call.report.places)
    return places, tuple(sorted((op.op, op.count) for op in _forward(call.ops)))


def _forward(ops: Sequence[OpCount]) -> Iterator[OpCount]:
    return (op for op in ops if op.node is None)
