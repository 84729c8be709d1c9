"""Curves are recognised by their values, however they were drawn, and by nothing else."""

import numpy as np
import pytest
import torch

from grader.checks import attachments
from grader.checks.plots import Curves
from tests.unit.checks.drawings import X, axes, drawn, figure, plot, series

sin, cos = torch.sin, torch.cos
POINTS = np.random.default_rng(0).uniform(-6, 6, 300)


@pytest.mark.parametrize("x", [X, POINTS, np.linspace(0, 100, 5000), np.arange(0, 7, 0.1), X[::-1]])
@pytest.mark.parametrize("kind", ["line", "scatter"])
def test_any_sampling_and_any_order_is_recognised(x, kind):
    in_single = np.sin(x.astype(np.float32))
    curves = Curves(plot(series(x, np.cos(x), kind=kind), series(x, in_single, kind=kind)))
    assert curves.following(sin, exact=True)
    assert curves.following(cos, exact=True)


@pytest.mark.parametrize(
    ("y", "eye", "exact"),
    [
        (np.cos(X), True, True),
        (np.cos(X) + 5e-6, True, True),
        (np.cos(X) + 5e-4, True, False),
        ((np.sin(X + 0.02) - np.sin(X)) / 0.02, True, False),
        (np.cos(X) + 0.05 * (X > 4), True, False),
        (np.cos(X) + 0.07 * (X > 4), False, False),
        (np.cos(X) + 0.04, False, False),
        (-np.cos(X), False, False),
        (np.sin(X), False, False),
    ],
)
def test_exact_and_to_the_eye_keep_their_bounds(y, eye, exact):
    curves = Curves(plot(series(X, y)))
    assert bool(curves.following(cos)) is eye
    assert bool(curves.following(cos, exact=True)) is exact


def test_a_derivative_wrong_by_one_part_in_two_thousand_is_not_exact():
    assert not Curves(plot(series(X, np.cos(X) * (1 + 1 / 2000)))).following(cos, exact=True)


def test_straight_lines_marks_and_hidden_curves_are_no_curves():
    lines = [series([-6, 6], [0, 0]), series([0, 0], [-1, 1]), series([0], [1])]
    assert not Curves(plot(*lines)).following(cos)
    assert not Curves(plot(series(X, np.cos(X), visible=False))).following(cos)
    assert not Curves(plot(series(X * 0 + 1.0, np.full(200, np.cos(1.0))))).following(cos)


def test_a_short_stretch_counts_only_when_exact():
    x = np.linspace(0, 0.2, 50)
    assert not Curves(plot(series(x, x))).following(sin)
    assert Curves(plot(series(x, np.sin(x)))).following(sin)


def test_a_gap_of_nan_is_left_out():
    y = np.where(abs(X) < 0.1, np.nan, np.sin(X))
    assert Curves(plot(series(X, y))).following(sin).smooth


def test_points_drawn_one_at_a_time_make_two_curves():
    x = np.linspace(-3, 3, 61)
    points = [series([at], [f(at)], kind="scatter") for at in x for f in (np.sin, np.cos)]
    curves = Curves(plot(*points))
    for function in (sin, cos):
        assert curves.following(function).smooth
        assert not curves.following(function, scale=2.0)


def test_pieces_are_smooth_together():
    pieces = [series(x, np.sin(x)) for x in np.split(np.linspace(-6, 6, 60), 6)]
    assert Curves(plot(*pieces)).following(sin).smooth
    assert not Curves(plot(*pieces[::2])).following(sin).smooth


@pytest.mark.parametrize(
    ("x", "smooth"),
    [
        (np.linspace(-3, 3, 20), True),
        (np.linspace(-3, 3, 19), False),
        (np.linspace(0, 1.9, 100), False),
        (np.arange(-20.0, 20.0), False),
        (np.append(np.linspace(0, 3, 50), 4.0), False),
        (np.repeat(np.linspace(-3, 3, 8), 10), False),
    ],
)
def test_smooth_needs_points_range_and_no_gap(x, smooth):
    assert Curves(plot(series(x, np.sin(x)))).following(sin).smooth is smooth


def test_a_figure_kept_several_times_counts_once():
    part = axes(series(X, np.sin(X)))
    assert len(Curves(drawn(figure(part, event="show"), figure(part, event="end"))).panels) == 1


# ------------------------------------------------------------------------------------------------ told apart


def told_apart(*figures):
    curves = Curves(drawn(*figures))
    return curves.following(sin).told_apart_from(curves.following(cos))


def test_a_legend_for_both_tells_apart():
    assert told_apart(figure(axes(series(X, np.sin(X), "a"), series(X, np.cos(X), "b"))))


def test_one_name_for_both_or_a_name_for_one_does_not():
    assert not told_apart(figure(axes(series(X, np.sin(X), "a"), series(X, np.cos(X), "a"))))
    assert not told_apart(figure(axes(series(X, np.sin(X), "a"), series(X, np.cos(X)))))


def test_a_label_without_a_legend_tells_nobody():
    named = [series(X, y, "a") for y in (np.sin(X), np.cos(X))]
    unseen = [type(one)(one.kind, one.x, one.y, one.label, (), one.style, one.visible) for one in named]
    assert not told_apart(figure(axes(*unseen, title="sin and its derivative", ylabel="y")))


def test_titles_or_axis_labels_tell_apart_where_each_curve_is_alone():
    zero = series([-6, 6], [0, 0])
    upper, lower = series(X, np.sin(X)), series(X, np.cos(X))
    assert told_apart(figure(axes(upper, zero, title="f"), axes(lower, lower, title="g")))
    assert told_apart(figure(axes(upper, ylabel="f"), axes(lower, ylabel="g")))
    assert told_apart(figure(axes(upper), title="f"), figure(axes(lower), title="g"))
    assert not told_apart(figure(axes(upper), axes(lower), title="both"))


def test_two_texts_in_the_picture_tell_apart():
    both = [series(X, np.sin(X)), series(X, np.cos(X))]
    assert told_apart(figure(axes(*both, texts=["sin", "derivative"])))
    assert told_apart(figure(axes(*both, texts=["sin"]), texts=["derivative"]))
    assert not told_apart(figure(axes(*both, texts=["hello"])))


# ----------------------------------------------------------------------------------------------- attachments


def test_the_nearest_curve_is_attached_beside_the_expected_one():
    attachments.take()
    Curves(plot(series(X, 3 + X * 0), series(X, 0.5 * np.cos(X)))).attach(cos)
    plotted = attachments.take()
    assert len(plotted.yours) == len(plotted.expected) == 200
    assert plotted.yours[0] == pytest.approx((-6.0, 0.5 * np.cos(6)))
    assert plotted.expected[0] == pytest.approx((-6.0, np.cos(6)))
    assert attachments.take() is None


def test_attached_points_are_thinned_sorted_and_finite():
    x = np.append(np.linspace(5, -5, 5000), np.nan)
    attachments.attach_plot((x, np.append(x[:-1], np.inf)), ([0], [1]))
    yours = attachments.take().yours
    assert len(yours) == attachments.MOST_POINTS
    assert [yours[0], yours[-1]] == [(-5.0, -5.0), (5.0, 5.0)]
    assert list(yours) == sorted(yours)


def test_nothing_is_attached_when_nothing_was_drawn():
    Curves(drawn()).attach(sin)
    assert attachments.take() is None
