"""Ticks at round numbers, and numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is in the picture, and its number."""

    at: float
    label: str


def nice_ticks(low: float, high: float, most: int) -> Iterator[tuple[float, str]]:
    """At most `most` + 1 multiples of 1, 2 or 5 times a power of ten between `low` and `high`, each with its label."""
    rough = (high - low) / most
    if not (rough > 0 and math.isfinite(rough)):
        return
    power = 10.0 ** math.floor(math.log10(rough))
    if power == 0.0:
        return
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= rough * (1 - 1e-9)), 10 * power)
    first = math.ceil(low / step - 1e-9)
    for count in range(most + 2):
        value = (first + count) * step
        if value > high + step * 1e-9:
            return
        yield value, label_of(0.0 if first + count == 0 else value)


def label_of(value: float | None) -> str:
    """Four significant digits with a real minus sign; a dash for what is no number."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.4g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "\u2212")
