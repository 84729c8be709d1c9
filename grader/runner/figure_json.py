"""Recorded figures as plain JSON values: series as lists of numbers, thinned, for reports and pages."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grader.wire.arrays import to_numpy
from grader.wire.messages import AxesData, FigureData, Series

MAX_POINTS = 400
MAX_FIGURES = 8


def figures_json(figures: tuple[FigureData, ...]) -> list[dict[str, Any]]:
    """The last snapshot of each figure, in order of creation, at most MAX_FIGURES."""
    last = {figure.number: figure for figure in figures}
    return [_figure(figure) for figure in list(last.values())[:MAX_FIGURES]]


def _figure(figure: FigureData) -> dict[str, Any]:
    return {"title": figure.title, "legend": list(figure.legend), "axes": [_axes(axes) for axes in figure.axes]}


def _axes(axes: AxesData) -> dict[str, Any]:
    return {
        "title": axes.title,
        "xlabel": axes.xlabel,
        "ylabel": axes.ylabel,
        "xlim": [_number(value) for value in axes.xlim],
        "ylim": [_number(value) for value in axes.ylim],
        "legend": list(axes.legend),
        "series": [_series(series) for series in axes.series if series.visible],
    }


def _series(series: Series) -> dict[str, Any]:
    x, y = to_numpy(series.x), to_numpy(series.y)
    keep: Any = np.unique(np.linspace(0, len(x) - 1, min(len(x), MAX_POINTS)).astype(int)) if len(x) else []
    return {
        "kind": series.kind,
        "names": list(series.names) or ([series.label] if series.label else []),
        "style": series.style,
        "x": [_number(value) for value in x[keep]],
        "y": [_number(value) for value in y[keep]],
    }


def _number(value: float) -> float | None:
    """JSON knows no NaN and no infinity; a gap in the curve is null."""
    return float(value) if math.isfinite(value) else None
