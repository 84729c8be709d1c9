"""Draws two curves with characters: the student's as a line of braille, the expected one as a row of dots.

The two differ in shape and not only in colour, so a terminal without colours shows them as well.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

Point = tuple[float, float]

MAX_POINTS = 2000
STYLE_YOURS = "bold cyan"
STYLE_EXPECTED = "yellow"

# Bit of each dot in a braille character, by row and column of its 4 x 2 grid.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
# Sums and differences of larger numbers overflow.
_LARGEST = 1e300


@dataclass(frozen=True)
class Frame:
    """The part of the plane that is shown."""

    left: float
    right: float
    bottom: float
    top: float


def is_shown(point: Point) -> bool:
    """Has the point a place on a plot?"""
    x, y = point
    return abs(x) < _LARGEST and abs(y) < _LARGEST  # not so for a nan


def frame_of(points: Sequence[Point]) -> Frame:
    """The smallest frame around the points that can be shown; a flat one is widened."""
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    left, right = _widened(min(xs), max(xs))
    bottom, top = _widened(min(ys), max(ys))
    return Frame(left, right, bottom, top)


def _widened(low: float, high: float) -> tuple[float, float]:
    if high - low > 1e-12 * max(abs(low), abs(high)):
        return low, high
    margin = abs(low) / 2 or 1.0
    return low - margin, high + margin


class Canvas:
    """A grid of characters over a frame; each holds 2 x 4 dots of the line and perhaps a dot of the expected curve."""

    def __init__(self, width: int, height: int, frame: Frame, *, unicode: bool = True) -> None:
        self.width, self.height, self.frame, self.unicode = width, height, frame, unicode
        self._line = [[0] * width for _ in range(height)]
        self._marks = [[False] * width for _ in range(height)]

    def draw_line(self, points: Sequence[Point]) -> None:
        """Join neighbouring points; a point without a place leaves a gap."""
        for x, y in self._path(points):
            self._line[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    def draw_dots(self, points: Sequence[Point]) -> None:
        """Mark every character that the line through the points would pass."""
        for x, y in self._path(points):
            self._marks[y // 4][x // 2] = True

    def rows(self) -> list[Text]:
        """The characters, from the top."""
        return [self._row(line, marks) for line, marks in zip(self._line, self._marks, strict=True)]

    def _row(self, line: Sequence[int], marks: Sequence[bool]) -> Text:
        row = Text()
        cells = [self._cell(dots, mark) for dots, mark in zip(line, marks, strict=True)]
        for style, run in itertools.groupby(cells, key=lambda cell: cell[1]):
            row.append("".join(character for character, _ in run), style)
        return row

    def _cell(self, dots: int, mark: bool) -> tuple[str, str]:
        if dots:
            return chr(0x2800 + dots) if self.unicode else "*", STYLE_YOURS
        if mark:
            return "·" if self.unicode else ".", STYLE_EXPECTED
        return " ", ""

    def _path(self, points: Sequence[Point]) -> Iterator[tuple[int, int]]:
        """The dots that the curve through `points` passes."""
        places = [self._place(point) if is_shown(point) else None for point in _thinned(points)]
        for before, place in itertools.pairwise([None, *places]):
            if place is not None:
                yield from _between(before or place, place)

    def _place(self, point: Point) -> tuple[int, int]:
        frame = self.frame
        across = (point[0] - frame.left) / (frame.right - frame.left)
        down = (frame.top - point[1]) / (frame.top - frame.bottom)
        return _nearest(across, 2 * self.width), _nearest(down, 4 * self.height)


def _nearest(share: float, count: int) -> int:
    return min(count - 1, max(0, round(share * (count - 1))))


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The cells of the straight line between two cells, both included."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(steps + 1):
        share = step / steps if steps else 0.0
        yield round(start[0] + share * (end[0] - start[0])), round(start[1] + share * (end[1] - start[1]))


def _thinned(points: Sequence[Point]) -> list[Point]:
    if len(points) <= MAX_POINTS:
        return list(points)
    return [points[round(at * (len(points) - 1) / (MAX_POINTS - 1))] for at in range(MAX_POINTS)]


def draw(
    yours: Sequence[Point], expected: Sequence[Point], width: int, height: int = 10, *, unicode: bool = True
) -> list[Text]:
    """The two curves in one frame with its scales, as lines of at most `width` characters (but at least 24)."""
    shown = [point for point in (*yours, *expected) if is_shown(point)]
    frame = frame_of(shown)
    top, bottom = _number(frame.top), _number(frame.bottom)
    margin = max(len(top), len(bottom))
    inner = max(24 - margin - 2, width - margin - 2)
    canvas = Canvas(inner, height, frame, unicode=unicode)
    canvas.draw_dots(expected)
    canvas.draw_line(yours)
    labels = [top, *[""] * (height - 2), bottom]
    wall, corner, floor = ("│", "└", "─") if unicode else ("|", "+", "-")
    lines = [
        Text.assemble((f"{label:>{margin}}{wall}", "dim"), row)
        for label, row in zip(labels, canvas.rows(), strict=True)
    ]
    lines.append(Text(f"{'':>{margin}}{corner}{floor * inner}", "dim"))
    left, right = _number(frame.left), _number(frame.right)
    gap = max(1, inner - len(left) - len(right))
    lines.append(Text(f"{'':>{margin}} {left}{' ' * gap}{right}", "dim"))
    for line in lines:
        line.no_wrap = True
        line.rstrip()
    return lines


def legend(yours: str, expected: str, *, unicode: bool = True) -> Text:
    """Which curve is which."""
    line, dots = ("⣀⠤⠒⠉", "····") if unicode else ("****", "....")
    return Text.assemble((line, STYLE_YOURS), f" {yours}   ", (dots, STYLE_EXPECTED), f" {expected}")


def _number(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "?"
