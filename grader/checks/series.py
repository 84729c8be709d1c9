"""Candidate curves: every line and cloud of every figure, and the clouds that were drawn one point at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from grader.wire.arrays import to_numpy
from grader.wire.messages import AxesData, FigureData, Series

Numbers = NDArray[np.float64]
Function = Callable[[torch.Tensor], torch.Tensor]

# Fewer points are a mark or a straight line, such as axhline, and say nothing about a function.
FEWEST_POINTS = 4
# Series up to this long count as pieces that may belong together.
PIECE_POINTS = 3


@dataclass(frozen=True)
class Curve:
    """Points (x, y) that were drawn together, finite, in the order of drawing.

    `place` is (figure, axes); `names` are the legend entries that point to it.
    """

    x: Numbers
    y: Numbers
    names: tuple[str, ...]
    place: tuple[int, int]

    def __len__(self) -> int:
        return len(self.x)

    @property
    def span(self) -> float:
        """The width of the range of x."""
        return float(np.ptp(self.x)) if len(self) else 0.0


@dataclass(frozen=True)
class Panel:
    """One axes with its curves: the long ones as drawn, the short ones (marks, pieces) put into one `pool`.

    `headings` are its title and axis labels, and the figure's title where the figure has no other axes.
    """

    place: tuple[int, int]
    curves: tuple[Curve, ...]
    pool: Curve
    headings: frozenset[str]
    texts: frozenset[str]


def panels_of(figures: Sequence[FigureData]) -> tuple[Panel, ...]:
    """Every axes of every figure; a figure that was kept several times unchanged counts once."""
    distinct = dict.fromkeys(replace(figure, event="", cell=None) for figure in figures)
    return tuple(panel for place, figure in enumerate(distinct) for panel in _panels(place, figure))


def values(function: Function, x: Numbers) -> Numbers:
    """The function at x, in double precision."""
    result = function(torch.from_numpy(np.ascontiguousarray(x)))
    return np.asarray(result.detach().to(torch.float64).expand(len(x)).numpy())


def joined(curves: Sequence[Curve]) -> Curve:
    """All points of several curves as one."""
    return Curve(
        np.concatenate([curve.x for curve in curves] or [np.empty(0)]),
        np.concatenate([curve.y for curve in curves] or [np.empty(0)]),
        tuple(dict.fromkeys(name for curve in curves for name in curve.names)),
        curves[0].place if curves else (0, 0),
    )


def _panels(place: int, figure: FigureData) -> Iterator[Panel]:
    drawn = [axes for axes in figure.axes if axes.series]
    for index, axes in enumerate(figure.axes):
        here = (place, index)
        curves = [_curve(series, here) for series in axes.series if series.visible]
        yield Panel(
            place=here,
            curves=tuple(curve for curve in curves if len(curve) > PIECE_POINTS),
            pool=replace(joined([curve for curve in curves if len(curve) <= PIECE_POINTS]), place=here),
            headings=_headings(axes, figure.title if len(drawn) == 1 else ""),
            texts=frozenset(text.strip() for text in (*axes.texts, *figure.texts) if text.strip()),
        )


def _headings(axes: AxesData, figure_title: str) -> frozenset[str]:
    return frozenset(text.strip() for text in (axes.title, axes.ylabel, figure_title) if text.strip())


def _curve(series: Series, place: tuple[int, int]) -> Curve:
    x = to_numpy(series.x).astype(np.float64).ravel()
    y = to_numpy(series.y).astype(np.float64).ravel()
    length = min(len(x), len(y))
    finite = np.isfinite(x[:length]) & np.isfinite(y[:length])
    # The artist's own label is left out: without a legend nobody sees it.
    return Curve(x[:length][finite], y[:length][finite], tuple(name for name in series.names if name.strip()), place)
