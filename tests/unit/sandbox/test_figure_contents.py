"""What a figure is told to hold: the many ways to draw, name and write, as numbers and texts."""

import datetime as dt

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from grader.sandbox import figures

X = np.linspace(0.0, 6.0, 40)
SIN, COS = np.sin(X), np.cos(X)


@pytest.fixture(autouse=True)
def recorder():
    figures.install()
    plt.close("all")
    with figures.Recorder(cell=lambda: None) as active:
        yield active
    plt.close("all")


@pytest.fixture
def told(recorder):
    """The only figure."""

    def only():
        (figure,) = recorder.figures()
        return figure

    return only


def values(array):
    return np.frombuffer(array.data).tolist()


def series(figure):
    return [one for axes in figure.axes for one in axes.series]


def curve(figure, y):
    """The one series with these values."""
    (found,) = [one for one in series(figure) if one.y.shape == (len(y),) and np.allclose(values(one.y), y, atol=1e-6)]
    assert np.allclose(values(found.x), X, atol=1e-6)
    return found


def names(figure):
    return curve(figure, SIN).names, curve(figure, COS).names


# ------------------------------------------------------------------------------------------ ways to draw


def by_plot():
    plt.plot(X, SIN, X, COS)


def by_format_strings():
    plt.plot(X, SIN, "r-o", X, COS, "m--")


def by_columns():
    plt.plot(X, np.stack([SIN, COS], 1))


def by_tensors():
    x = torch.from_numpy(X)
    plt.plot(x, x.sin())
    plt.plot(x, x.cos().tolist())


def by_scatter():
    plt.scatter(X, SIN, s=4)
    plt.scatter(X, COS, c=COS, cmap="viridis")


def by_steps_and_stems():
    plt.step(X, SIN, where="mid")
    plt.stem(X, COS)


def by_error_bars():
    plt.errorbar(X, SIN, yerr=0.1)
    plt.errorbar(X, COS, xerr=0.1, fmt="none", ecolor="r")
    plt.plot(X, COS, ".")


def by_axes():
    _, axes = plt.subplots(2, sharex=True)
    axes[0].plot(X, SIN)
    axes[1].plot(X, COS)


def by_mosaic():
    _, axes = plt.subplot_mosaic("ab")
    axes["a"].plot(X, SIN)
    axes["b"].plot(X, COS)


def by_twin_axes():
    axes = plt.gca()
    axes.plot(X, SIN)
    axes.twinx().plot(X, COS)


def by_an_inset():
    axes = plt.gca()
    axes.plot(X, SIN)
    axes.inset_axes([0.5, 0.5, 0.4, 0.4]).plot(X, COS)


def by_subfigures():
    left, right = plt.figure().subfigures(1, 2)
    left.subplots().plot(X, SIN)
    right.subplots().plot(X, COS)


def by_added_artists():
    axes = Figure().subplots()
    axes.add_line(Line2D(X, SIN))
    axes.add_collection(LineCollection([np.stack([X, COS], 1)]))


def by_logarithmic_axes():
    plt.semilogy(X, SIN)
    plt.loglog(X, COS)


def by_polar_axes():
    axes = plt.subplot(projection="polar")
    axes.plot(X, SIN)
    axes.scatter(X, COS)


def by_masked_arrays():
    plt.plot(np.ma.masked_greater(X, 99), SIN)
    plt.scatter(np.ma.masked_greater(X, 99), COS)


@pytest.mark.parametrize(
    "draw",
    [
        by_plot,
        by_format_strings,
        by_columns,
        by_tensors,
        by_scatter,
        by_steps_and_stems,
        by_error_bars,
        by_axes,
        by_mosaic,
        by_twin_axes,
        by_an_inset,
        by_subfigures,
        by_added_artists,
        by_logarithmic_axes,
        by_polar_axes,
        by_masked_arrays,
    ],
)
@pytest.mark.filterwarnings("ignore:.*log")
def test_both_curves_are_told_with_their_numbers(told, draw):
    draw()
    figure = told()
    assert curve(figure, SIN).kind in {"line", "scatter"}
    assert curve(figure, COS).visible


def test_a_reference_line_lies_where_it_is_seen(told):
    axes = plt.gca()
    axes.set(xlim=(0, 10), ylim=(-2, 2))
    axes.axhline(0.5)
    axes.axvline(3, ymax=0.5)
    axes.axline((0, 0), slope=0.1)
    horizontal, vertical, sloped = series(told())
    assert np.allclose([values(horizontal.x), values(horizontal.y)], [[0, 10], [0.5, 0.5]])
    assert np.allclose([values(vertical.x), values(vertical.y)], [[3, 3], [-2, 0]])
    assert np.allclose(np.divide(values(sloped.y)[1:], values(sloped.x)[1:]), 0.1)


def test_segments_are_told_with_gaps_between_them(told):
    plt.vlines([1.0, 2.0], 0.0, [3.0, 4.0])
    (one,) = series(told())
    assert (one.kind, values(one.x)) == ("segments", pytest.approx([1, 1, np.nan, 2, 2], nan_ok=True))
    assert values(one.y) == pytest.approx([0, 3, np.nan, 0, 4], nan_ok=True)


def test_long_lines_of_one_collection_are_curves_of_their_own(told):
    lines = [np.column_stack((X, SIN)), np.column_stack((X, COS))]
    plt.gca().add_collection(LineCollection(lines, label="both"))
    found = series(told())
    assert [(one.kind, one.label) for one in found] == [("segments", "both")] * 2
    assert np.allclose([values(one.y) for one in found], [SIN, COS])


def test_gaps_in_a_curve_stay_gaps(told):
    plt.plot([0, 1, 2], [1, np.nan, 3])
    plt.plot(np.ma.masked_equal([0, 1, 2], 1), [1, 2, 3])
    first, second = series(told())
    assert values(first.y) == pytest.approx([1, np.nan, 3], nan_ok=True)
    assert values(second.x) == pytest.approx([0, np.nan, 2], nan_ok=True)


def test_categories_and_dates_are_told_as_the_numbers_they_are_drawn_at(told):
    plt.subplot(211).plot(["a", "b", "c"], [1, 2, 3])
    plt.subplot(212).plot([dt.datetime(1970, 1, 2), dt.datetime(1970, 1, 3)], [1, 2])  # noqa: DTZ001
    letters, days = series(told())
    assert (values(letters.x), values(days.x)) == ([0, 1, 2], [1, 2])


def test_a_long_curve_is_thinned_and_keeps_its_ends(told):
    x = np.arange(100_001.0)
    plt.plot(x, -x)
    (one,) = series(told())
    found = values(one.x)
    assert (one.x.shape, found[0], found[-1]) == ((20_000,), 0.0, 100_000.0)
    assert max(np.diff(found)) <= 6
    assert values(one.y)[-1] == -100_000.0


def test_colour_line_and_marker_make_the_style(told):
    plt.plot(X, SIN, "r--o")
    plt.plot(X, COS, color=(0, 1, 0))
    assert [one.style for one in series(told())] == ["#ff0000 -- o", "#00ff00 -"]


@pytest.mark.parametrize(
    "options", [{"visible": False}, {"alpha": 0}, {"linestyle": "none"}, {"linestyle": "", "marker": ""}]
)
def test_what_cannot_be_seen_is_told_as_invisible(told, options):
    plt.plot(X, SIN, **options)
    plt.plot(X, COS)
    assert (curve(told(), SIN).visible, curve(told(), COS).visible) == (False, True)


def test_curves_of_an_invisible_axes_are_invisible(told):
    axes = plt.gca()
    axes.plot(X, SIN)
    axes.set_visible(False)
    assert not curve(told(), SIN).visible


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.imshow(np.eye(3)),
        lambda axes: axes.contour(np.outer(SIN, COS)),
        lambda axes: axes.pie([1, 2]),
        lambda axes: axes.bar([1, 2], [3, 4]),
        lambda axes: axes.fill_between(X, SIN, COS),
        lambda axes: axes.quiver([1], [2], [3], [4]),
        lambda axes: axes.hist(SIN),
    ],
    ids=["image", "contour", "pie", "bars", "filling", "arrows", "histogram"],
)
def test_other_drawings_are_no_curves_and_hide_none(told, draw):
    figure, axes = plt.subplots()
    axes.plot(X, SIN)
    draw(axes)
    assert len(series(told())) == 1
    assert curve(told(), SIN)
    assert figure.axes == [axes]


def test_a_curve_in_space_is_told_over_x_in_each_direction_it_moves_in(told):
    axes = plt.subplot(projection="3d")
    axes.plot(X, SIN, COS, label="helix")
    axes.plot(X, np.zeros_like(X), SIN + 2)
    axes.scatter(X, COS + 4, 1.0)
    axes.set(title="helix", zlabel="height")
    (found,) = told().axes
    assert (found.title, found.texts) == ("helix", ("height",))
    assert [(one.kind, one.label) for one in found.series] == [
        ("line", "helix"), ("line", "helix"), ("line", ""), ("scatter", ""),
    ]  # fmt: skip
    for one, y in zip(found.series, (SIN, COS, SIN + 2, COS + 4), strict=True):
        assert np.allclose([values(one.x), values(one.y)], [X, y])


def test_surfaces_and_other_things_in_space_are_no_curves(told):
    axes = plt.subplot(projection="3d")
    axes.plot_surface(*np.meshgrid(X, X), np.outer(SIN, COS))
    axes.bar3d([1], [1], [0], 1, 1, 1)
    axes.plot([1, 2], [3, 3], [4, 4])
    (found,) = told().axes
    assert found.series == ()


def test_a_broken_curve_does_not_cost_the_others(told):
    broken, _ = plt.plot(X, SIN, X, COS)
    broken.set_xdata([1, 2, 3])
    assert len(series(told())) == 1
    assert curve(told(), COS)
