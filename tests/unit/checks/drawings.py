"""Builders of figures as a child would send them."""

from dataclasses import replace

import numpy as np

from grader.wire.arrays import from_numpy
from grader.wire.messages import AxesData, FigureData, OpCount, Series
from tests.unit.checks.reports import run_report

X = np.linspace(-6, 6, 200)


def series(x, y, *names, kind="line", visible=True):
    arrays = (from_numpy(np.asarray(side, dtype=np.float64)) for side in (x, y))
    return Series(kind, *arrays, names[0] if names else "", tuple(names), "C0 -", visible)


def axes(*drawn, title="", ylabel="", texts=()):
    return AxesData(title, "x", ylabel, (0, 1), (0, 1), "linear", "linear", tuple(texts), (), tuple(drawn))


def figure(*parts, title="", texts=(), event="end"):
    return FigureData(1, event, 0, title, tuple(texts), (), tuple(parts))


def drawn(*figures, runs=(), problems=(), ops=()):
    report = run_report(runs=runs, problems=problems)
    counts = tuple(OpCount(op, node, api, 1) for op, node, api in ops)
    return replace(report, figures=tuple(figures), ops=counts)


def plot(*drawn_series, **more):
    """A report with one figure of one axes."""
    return drawn(figure(axes(*drawn_series)), **more)
