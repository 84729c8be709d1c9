"""A missing curve is explained by what was drawn instead."""

import math

import numpy as np
import pytest
import torch

from grader.checks.messages import NUMPY_ON_GRAD
from grader.checks.plots import Curves
from tests.unit.checks.drawings import X, axes, drawn, figure, plot, series
from tests.unit.checks.reports import FREED_TEXT, leaf, problem, run

sin, cos = torch.sin, torch.cos
SINE = series(X, np.sin(X))
INDEX = np.arange(200)


def code(report, function=cos):
    return Curves(report).why_not(function).code


@pytest.mark.parametrize("report", [drawn(), drawn(figure()), drawn(figure(axes(title="sin")))])
def test_nothing_drawn(report):
    assert code(report) == "no-figure"


def test_nothing_drawn_because_of_an_exception():
    assert code(drawn(problems=[problem(f"{NUMPY_ON_GRAD}. Use tensor.detach().numpy() instead.")])) == "raised"


def test_the_exception_that_kept_the_curve_away_is_told_before_one_provoked_elsewhere():
    missing = problem("name 'grads' is not defined", "NameError")
    diagnosis = Curves(plot(SINE, problems=[problem(FREED_TEXT), missing])).why_not(cos)
    assert diagnosis.code == "raised"
    assert "NameError" in diagnosis.detail["detail"]


def test_an_error_provoked_for_another_exercise_is_not_blamed():
    assert code(plot(SINE, problems=[problem(FREED_TEXT)])) == "not-there"


@pytest.mark.parametrize(
    ("y", "want"),
    [
        (2 * np.cos(X), "scaled-curve"),
        (np.cos(X) / 200, "scaled-curve"),
        (-np.cos(X), "scaled-curve"),
        (np.ones(200), "constant-curve"),
        (np.zeros(200), "constant-curve"),
        (-np.sin(X), "not-there"),
        (2 * np.cos(2 * X), "not-there"),
        (X, "not-there"),
    ],
)
def test_what_was_drawn_instead_of_the_derivative(y, want):
    assert code(plot(SINE, series(X, y))) == want


def test_the_scale_is_told():
    assert Curves(plot(SINE, series(X, 2 * np.cos(X)))).why_not(cos).detail["ratio"] == pytest.approx(2.0)


@pytest.mark.parametrize("unit", [180 / math.pi, 1 / math.pi, 1 / (2 * math.pi)])
def test_another_unit_on_the_axis(unit):
    report = plot(series(X * unit, np.sin(X)), series(X * unit, np.cos(X)))
    assert code(report, sin) == code(report, cos) == "x-axis-not-radians"


def test_autodiff_on_an_axis_in_degrees():
    assert code(plot(series(np.degrees(X), np.cos(X) * math.pi / 180))) == "x-axis-not-radians"


def test_both_curves_over_the_index():
    report = plot(series(INDEX, np.sin(X)), series(INDEX, np.cos(X)))
    assert code(report, sin) == code(report, cos) == "x-axis-is-the-index"


def test_one_curve_over_the_index_is_known_by_the_x_of_the_other():
    assert code(plot(SINE, series(INDEX, np.cos(X)))) == "x-axis-is-the-index"
    assert code(plot(SINE, series(INDEX, np.sin(X)))) == "not-there"


def test_a_curve_over_the_index_is_known_by_the_leaf_that_was_differentiated():
    x = np.linspace(-1, 4, 7).astype(np.float32)
    report = plot(series(np.arange(7), np.cos(x)), runs=[run(leaf(None, [0.0], value=x.tolist()))])
    assert code(report) == "x-axis-is-the-index"


def test_a_coarse_one_sided_difference():
    x = np.linspace(-6, 6, 60)
    y = np.diff(np.sin(x)) / np.diff(x)
    assert code(plot(series(x, np.sin(x)), series(x[:-1], y))) == "finite-difference"
    assert code(plot(series(x, np.sin(x)), series(x[1:], y))) == "finite-difference"
