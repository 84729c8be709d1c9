"""Functions known to both sides: built from one source, as a reference here and as an argument in the child."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import torch

from grader.wire.messages import Expression

# The control flow of the textbook (section 2.5.4) as one expression: double until the norm is 1000, then the sign.
TEXTBOOK_SOURCE = (
    "(lambda step: (lambda b: b if b.sum() > 0 else 100 * b)(step(step, x * 2)))"
    "(lambda step, b: b if b.norm() >= 1000 else step(step, b * 2))"
)


@dataclass(frozen=True)
class Function:
    """A function of x, given as the source of an expression in `x`, `torch` and `math`. Build it with `fn`."""

    source: str

    @property
    def expression(self) -> Expression:
        """The function itself, for the child."""
        return Expression(f"lambda x: {self.source}")

    def applied_to(self, name: str) -> Expression:
        """Its value at the let `name`, for the child; the let `F` must hold the function."""
        return Expression(f"F({name})")

    @cached_property
    def _function(self) -> Callable[[torch.Tensor], torch.Tensor]:
        # The source comes from the pack's author, never from a submission.
        scope = {"torch": torch, "math": math}
        return cast("Callable[[torch.Tensor], torch.Tensor]", eval(self.expression.source, scope))  # noqa: S307

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The value at x, computed here."""
        return self._function(x)


def fn(source: str) -> Function:
    """The function of x with this source: an expression such as "torch.sin(x**2)"."""
    return Function(source)
