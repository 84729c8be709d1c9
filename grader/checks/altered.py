"""The altered worlds in which a submission is run again to see whether its derivative really came from autodiff.

Every world is a function of the grading's seed alone, so that all checks of one grading share the same few runs.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch

from grader.checks.tainted import NOTHING_ENDS, replacements
from grader.wire.messages import World

# A function that stands in for torch.sin. Its slope is neither sin nor cos, nowhere far from a distance of them over
# a usual range, and |x| is not analytic: a complex step can't follow it. What stands behind detach() belongs to its
# values and not to its derivative, so every difference of values has another slope than autodiff, however precise it
# is. It takes tensors, arrays and floats alike.
STAND_IN = (
    "lambda x, *rest, **options: (1 + abs(x - 0.7) ** 2) ** 0.5 + 0.6 * (x.detach() if hasattr(x, 'detach') else x)"
)
DETACHED_SLOPE = 0.6
# What a call of a cosine gives in the world that looks for one.
COSINE_STAND_IN = "lambda x, *rest, **options: 0.25 + 0.5 * x"

SINES = ("torch.sin", "numpy.sin", "math.sin")
COSINES = ("torch.cos", "numpy.cos", "math.cos")

LOWEST_MARK, HIGHEST_MARK = 1.7, 2.6
LOWEST_GENTLE, HIGHEST_GENTLE = 3e-6, 6e-6
# For code that compares more strictly than allclose does; the last is for double precision only.
GENTLER = (1.0, 0.1, 1e-6)


def stand_in(x: torch.Tensor) -> torch.Tensor:
    """What `STAND_IN` computes."""
    return (1 + (x - 0.7).abs() ** 2) ** 0.5 + DETACHED_SLOPE * x


def stand_in_slope(x: torch.Tensor) -> torch.Tensor:
    """The derivative of `stand_in` that autodiff finds."""
    return (x - 0.7) / (1 + (x - 0.7) ** 2) ** 0.5


def difference_slope(x: torch.Tensor) -> torch.Tensor:
    """The slope of `stand_in` that its values have: a difference quotient finds it."""
    return stand_in_slope(x) + DETACHED_SLOPE


def cosine_stand_in(x: torch.Tensor) -> torch.Tensor:
    """What `COSINE_STAND_IN` computes."""
    return 0.25 + 0.5 * x


@dataclass(frozen=True)
class AlteredWorlds:
    """The worlds that belong to one plain world; in all of them the student's asserts are off."""

    plain: World

    @property
    def mark(self) -> float:
        """The factor on every upstream gradient, secret and different in every grading."""
        return LOWEST_MARK + (HIGHEST_MARK - LOWEST_MARK) * self._fraction("mark")

    @property
    def gentle_marks(self) -> tuple[float, ...]:
        """Factors that pass a comparison by allclose, or a stricter one, and still show in a fit over a whole curve."""
        excess = LOWEST_GENTLE + (HIGHEST_GENTLE - LOWEST_GENTLE) * self._fraction("gentle")
        return tuple(1 + share * excess for share in GENTLER)

    @property
    def replaced(self) -> World:
        """Marked, and torch.sin is another function: what follows it was differentiated and not looked up."""
        return self._world(mark=self.mark, replaced={"torch.sin": STAND_IN}, ops=True)

    @property
    def marked(self) -> World:
        """Marked only: for a sine that is not torch's, and for code that goes no further with another function."""
        return self._world(mark=self.mark, ops=True)

    def gentle(self, mark: float) -> World:
        """Marked so little that code which compares with the known derivative goes on."""
        return self._world(mark=mark)

    @property
    def telltale(self) -> World:
        """Unmarked, every sine and every cosine replaced: shows where a curve that is not autodiff's came from."""
        names = {**dict.fromkeys(SINES, STAND_IN), **dict.fromkeys(COSINES, COSINE_STAND_IN)}
        return self._world(replaced=names, ops=True)

    @property
    def unending(self) -> World:
        """Marked, and what would end the run does nothing: for code that exits unless it has the known derivative."""
        return self._world(mark=self.mark, replaced=NOTHING_ENDS)

    @property
    def tainted(self) -> World:
        """Derivatives as they are, but what sines and cosines give is tainted, and nothing ends the run."""
        return self._world(replaced=replacements((*SINES, *COSINES)))

    def _world(self, mark: float = 1.0, replaced: dict[str, str] | None = None, ops: bool = False) -> World:
        return World(seed=self.plain.seed, mark=mark, replaced=replaced or {}, assertions=False, ops=ops)

    def _fraction(self, purpose: str) -> float:
        return zlib.crc32(f"{purpose}/{self.plain.seed}".encode()) / 2**32


def shifted_stand_ins() -> Iterator[tuple[Callable[[torch.Tensor], torch.Tensor], float]]:
    """The ways to write cos as a shifted sine: sin(x + pi/2), sin(pi/2 - x), -sin(x - pi/2), whole turns aside."""
    for turns in (0, -1, 1):
        shift = math.pi / 2 + 2 * math.pi * turns
        yield partial(_stand_in_at, shift, 1.0), 1.0
        yield partial(_stand_in_at, shift, -1.0), 1.0
        yield partial(_stand_in_at, -shift, 1.0), -1.0


def _stand_in_at(shift: float, direction: float, x: torch.Tensor) -> torch.Tensor:
    return stand_in(direction * x + shift)
