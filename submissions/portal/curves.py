"""Curves as pictures: where every point, tick and word of an inline SVG goes. The template only writes it down.

The student's curve and the expected one share a frame. The expected one sets its size when the student's would dwarf
it; what then lies outside is cut at the edge and counted. A point that is no number leaves a gap.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from submissions.portal.plain import one_line
from submissions.portal.ticks import Tick, label_of, nice_ticks

Point = tuple[float | None, float | None]
Numbers = tuple[float, float]

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 14, 34
# Sums and differences of larger numbers overflow.
LARGEST = 1e300
# A curve this many times as tall as the expected one does not set the frame.
DWARFS = 8.0
MOST_ROWS = 40
MOST_SERIES = 8


@dataclass(frozen=True)
class Series:
    """A curve by its name, in the colour of `role`: "yours", "expected", or "series-1" ... "series-8"."""

    name: str
    role: str
    points: Sequence[Point]
    dots: bool = False


@dataclass(frozen=True)
class Line:
    """A drawn curve: the `d` of its path, or dots; and how many of its points lie outside the picture."""

    name: str
    role: str
    path: str
    dots: tuple[Numbers, ...]
    outside: int
    gaps: int


@dataclass(frozen=True)
class Frame:
    """The part of the plane that is shown."""

    left: float
    right: float
    bottom: float
    top: float

    def across(self, x: float) -> float:
        """Where x is in the picture."""
        return round(LEFT + (x - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT), 1)

    def down(self, y: float) -> float:
        """Where y is in the picture."""
        return round(TOP + (self.top - y) / (self.top - self.bottom) * (HEIGHT - TOP - BOTTOM), 1)


@dataclass(frozen=True)
class Table:
    """The numbers of the curves as text, at most MOST_ROWS rows. `every`: each how-manieth point is told."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    every: int


@dataclass(frozen=True)
class Chart:
    """A picture: lines in a frame with ticks, its words, and its numbers. Empty where there is nothing to draw."""

    title: str
    xlabel: str
    ylabel: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    tables: tuple[Table, ...]
    ranges: tuple[tuple[str, str, str, str, str], ...]
    left_out: int = 0
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the frame in the picture."""
        return LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM

    @property
    def is_empty(self) -> bool:
        """Is there nothing to see?"""
        return not any(line.path or line.dots for line in self.lines)


def check_chart(plot: Any, title: str, yours: str, expected: str) -> Chart:
    """The two curves of a check (`grader.report.Plot`)."""
    series = (Series(expected, "expected", plot.expected), Series(yours, "yours", plot.yours))
    return chart(series, title, leading="expected")


def figure_charts(figure: Mapping[str, Any], unnamed: str) -> list[Chart]:
    """What the student drew, a picture for each axes that holds something. `unnamed` counts nameless curves: {n}."""
    charts = []
    for axes in figure.get("axes", ()):
        drawn = axes.get("series", ())
        series = [
            Series(
                one_line(" / ".join(one["names"]))[:80] or unnamed.format(n=place),
                f"series-{place}",
                list(zip(one["x"], one["y"], strict=False)),
                dots=one["kind"] == "scatter",
            )
            for place, one in enumerate(drawn[:MOST_SERIES], 1)
        ]
        title = one_line(axes.get("title") or figure.get("title") or "")[:120]
        labels = [one_line(axes.get(name, ""))[:60] for name in ("xlabel", "ylabel")]
        picture = chart(series, title, *labels, left_out=max(0, len(drawn) - MOST_SERIES))
        if not picture.is_empty:
            charts.append(picture)
    return charts


def chart(
    series: Sequence[Series], title: str, xlabel: str = "", ylabel: str = "", *, leading: str = "", left_out: int = 0
) -> Chart:
    """A picture of these curves. The frame fits all of them, or the one in the role `leading` where others dwarf it."""
    frame = _frame(series, leading)
    return Chart(
        title=title,
        xlabel=xlabel,
        ylabel=ylabel,
        lines=tuple(_line(one, frame) for one in series),
        x_ticks=tuple(Tick(frame.across(at), words) for at, words in nice_ticks(frame.left, frame.right, 7)),
        y_ticks=tuple(Tick(frame.down(at), words) for at, words in nice_ticks(frame.bottom, frame.top, 6)),
        tables=tuple(_tables(series)),
        ranges=tuple(_range(one) for one in series if _shown(one.points)),
        left_out=left_out,
    )


def _shown(points: Sequence[Point]) -> list[Numbers]:
    return [place for point in points if (place := _place(point)) is not None]


def _place(point: Point) -> Numbers | None:
    x, y = point
    if x is None or y is None or not (abs(x) < LARGEST and abs(y) < LARGEST):  # not so for a nan either
        return None
    return float(x), float(y)


def _frame(series: Sequence[Series], leading: str) -> Frame:
    every = [point for one in series for point in _shown(one.points)]
    leader = [point for one in series if one.role == leading for point in _shown(one.points)]
    xs, ys = _bounds([x for x, _ in every]), _bounds([y for _, y in every])
    if leader:
        tall = _bounds([y for _, y in leader])
        if ys[1] - ys[0] > DWARFS * (tall[1] - tall[0]):
            spare = (tall[1] - tall[0]) / 2
            ys = (tall[0] - spare, tall[1] + spare)
        wide = _bounds([x for x, _ in leader])
        if xs[1] - xs[0] > DWARFS * (wide[1] - wide[0]):
            xs = wide
    margin = (ys[1] - ys[0]) * 0.04
    return Frame(xs[0], xs[1], ys[0] - margin, ys[1] + margin)


def _bounds(values: Sequence[float]) -> Numbers:
    """The smallest and the largest; a single value gets room on both sides."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low > 1e-9 * max(abs(low), abs(high), 1e-290):
        return low, high
    room = abs(low) / 2 or 1.0
    return low - room, high + room


def _line(series: Series, frame: Frame) -> Line:
    shown = _shown(series.points)
    inside = [point for point in shown if _is_inside(point, frame)]
    drawn = [(frame.across(x), frame.down(y)) for x, y in inside]
    lone = series.dots or len(shown) == 1
    return Line(
        name=series.name,
        role=series.role,
        path="" if lone else "".join(_strokes(series.points, frame)),
        dots=tuple(drawn) if lone else (),
        outside=len(shown) - len(inside),
        gaps=len(series.points) - len(shown),
    )


def _is_inside(point: Numbers, frame: Frame) -> bool:
    return frame.left <= point[0] <= frame.right and frame.bottom <= point[1] <= frame.top


def _strokes(points: Sequence[Point], frame: Frame) -> Iterator[str]:
    """The path, piece by piece; a new piece begins behind a gap and where the curve comes back into the frame."""
    pen: Numbers | None = None
    places = [(place, place is not None and _is_inside(place, frame)) for place in map(_place, points)]
    for (start, is_in), (end, stays_in) in itertools.pairwise(places):
        if start is None or end is None:
            continue
        piece = (start, end) if is_in and stays_in else _clipped(start, end, frame)
        if piece is None:
            continue
        (x1, y1), (x2, y2) = ((frame.across(x), frame.down(y)) for x, y in piece)
        if pen != (x1, y1):
            yield f"M{x1:g} {y1:g}"
        yield f"L{x2:g} {y2:g}"
        pen = (x2, y2)


def _clipped(start: Numbers, end: Numbers, frame: Frame) -> tuple[Numbers, Numbers] | None:
    """The part of the straight piece inside the frame, or None (Liang and Barsky, 1984)."""
    first, last = 0.0, 1.0
    sides = ((0, frame.left, frame.right), (1, frame.bottom, frame.top))
    for axis, low, high in sides:
        step = end[axis] - start[axis]
        if step == 0:
            if not low <= start[axis] <= high:
                return None
            continue
        near, far = sorted(((low - start[axis]) / step, (high - start[axis]) / step))
        first, last = max(first, near), min(last, far)
    if first > last:
        return None
    return _between(start, end, first), _between(start, end, last)


def _between(start: Numbers, end: Numbers, share: float) -> Numbers:
    return tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))  # type: ignore[return-value]


def _tables(series: Sequence[Series]) -> Iterator[Table]:
    """One table where all curves share their x, otherwise one for each."""
    xs = [[x for x, _ in one.points] for one in series]
    groups = [list(series)] if xs and all(x == xs[0] for x in xs) else [[one] for one in series]
    for group in groups:
        count = len(group[0].points)
        every = max(1, math.ceil(count / MOST_ROWS))
        rows = tuple(
            (label_of(group[0].points[at][0]), *(label_of(one.points[at][1]) for one in group))
            for at in range(0, count, every)
        )
        if rows:
            yield Table(("x", *(one.name for one in group)), rows, every)


def _range(series: Series) -> tuple[str, str, str, str, str]:
    shown = _shown(series.points)
    xs, ys = [x for x, _ in shown], [y for _, y in shown]
    return series.name, *map(label_of, (min(xs), max(xs), min(ys), max(ys)))  # type: ignore[return-value]
