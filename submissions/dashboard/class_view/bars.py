"""Bars as a picture: where every bar, tick and word of an inline SVG goes. The template only writes it down."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from submissions.portal.ticks import Tick, nice_ticks

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 20, 34
# The share of its place that a bar fills, and how wide it gets at most.
FILLED, WIDEST = 0.78, 56
# How wide a character of a label is, and the room between two labels.
CHARACTER, BETWEEN = 6.5, 12


@dataclass(frozen=True)
class Bar:
    """A bar with its label and number; `x`, `y`, `width` and `height` place it. `labelled`: its label is written."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    labelled: bool


@dataclass(frozen=True)
class Bars:
    """A picture of counts. `heads`: what its two columns are called in the table."""

    title: str
    heads: tuple[str, str]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    most: Bar | None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the frame in the picture."""
        return LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM

    @property
    def is_empty(self) -> bool:
        """Is there nothing to see?"""
        return self.most is None or self.most.count == 0


def bars(title: str, heads: tuple[str, str], counts: Sequence[tuple[str, int]]) -> Bars:
    """A bar for each pair of a label and a count, from left to right."""
    highest = max((count for _, count in counts), default=0) or 1
    room, depth = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = room / max(1, len(counts))
    width = min(step * FILLED, WIDEST)
    every = max(1, math.ceil((max((_width(label) for label, _ in counts), default=0) + BETWEEN) / step))
    drawn = tuple(
        Bar(
            label=label,
            count=count,
            x=round(LEFT + step * (place + 0.5) - width / 2, 1),
            y=round(TOP + depth * (1 - count / highest), 1),
            width=round(width, 1),
            height=round(depth * count / highest, 1),
            labelled=place % every == 0,
        )
        for place, (label, count) in enumerate(counts)
    )
    ticks = [
        Tick(round(TOP + depth * (1 - value / highest), 1), words)
        for value, words in nice_ticks(0, highest, 4)
        if value == int(value)
    ]
    return Bars(title, heads, drawn, tuple(ticks), max(drawn, key=lambda bar: bar.count, default=None))


def _width(label: str) -> float:
    return CHARACTER * sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in label)
