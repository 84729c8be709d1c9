"""Differences of a function's values around a point, held against the gradient that is claimed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from grader.checks.inputs import rand
from grader.checks.own_point import Point

STEPS = (1e-4, 5e-5)


@dataclass(frozen=True)
class Cross:
    """A point in double precision, and a direction in which values are compared with its own."""

    middle: torch.Tensor
    direction: torch.Tensor

    @classmethod
    def near(cls, x: torch.Tensor, size_of: torch.Tensor) -> Cross:
        """At x, with a seeded direction as large as the components of `size_of`."""
        return cls(x.to(torch.float64), rand(*x.shape).to(torch.float64) * float(size_of.abs().max().clamp(min=1e-3)))

    @property
    def ends(self) -> list[torch.Tensor]:
        """The inputs at which values are compared: above and below the middle, for each step."""
        return [self.middle + sign * step * self.direction for step in STEPS for sign in (1, -1)]

    @staticmethod
    def can_tell(middle: Point) -> bool:
        """Whether there is a gradient in double precision to be contradicted."""
        return (
            middle.usable and middle.gradient is not None and middle.y is not None and middle.y.dtype == torch.float64
        )

    def contradicts(self, middle: Point, ends: Sequence[torch.Tensor | None]) -> bool | None:
        """Whether the values at the ends contradict the gradient in the middle.

        None where a jump or a kink is too near, or rounding too large, for a difference to tell anything.
        """
        if not self.can_tell(middle) or middle.gradient is None or middle.y is None:
            return None
        if any(y is None or y.shape != middle.y.shape for y in ends):
            return None
        claimed = float((middle.gradient.to(torch.float64) * self.direction).sum())
        here, values = float(middle.y.sum()), [float(y.sum()) for y in ends if y is not None]
        slopes = []
        for step, above, below in zip(STEPS, values[::2], values[1::2], strict=True):
            slopes += [(above - here) / step, (here - below) / step]
        scale = max(map(abs, [*slopes, claimed]))
        noise = 1e-9 * float(middle.y.abs().sum()) / 5e-5
        if max(slopes) - min(slopes) > 0.02 * scale + noise:
            return None
        away = abs(sum(slopes) / len(slopes) - claimed)
        if 2e-3 * scale + noise < away <= 0.05 * scale + 10 * noise:
            return None
        return away > 0.05 * scale + 10 * noise
