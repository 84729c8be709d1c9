"""Which figures are kept, at which moments, and that the student's code does not notice."""

import gc
import inspect
import io
import time
import warnings
import weakref

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from grader.sandbox import figures

X = np.linspace(0.0, 6.0, 50)


@pytest.fixture(autouse=True)
def recorder():
    figures.install()
    plt.close("all")
    with figures.Recorder(cell=lambda: 3) as active:
        yield active
    plt.close("all")
    plt.ioff()


def events(recorder):
    return [(figure.number, figure.event) for figure in recorder.figures()]


def kinds(recorder):
    return [figure.event for figure in recorder.figures()]


def ys(figure):
    return [np.frombuffer(series.y.data).tolist() for axes in figure.axes for series in axes.series]


# ------------------------------------------------------------------------------------------------ moments


def test_a_figure_that_is_never_shown_is_told_at_the_end(recorder):
    plt.plot([1, 2])
    (figure,) = recorder.figures()
    assert (figure.event, figure.cell, ys(figure)) == ("end", 3, [[1.0, 2.0]])


def test_a_figure_without_pyplot_is_told(recorder):
    def draw():
        Figure().subplots().plot([1, 2])

    draw()
    gc.collect()
    assert [ys(figure) for figure in recorder.figures()] == [[[1.0, 2.0]]]


def test_showing_closes_the_figures_so_the_next_plot_begins_a_new_one(recorder):
    plt.plot([1, 2])
    assert plt.show() is None
    plt.plot([3, 4])
    plt.show()
    assert [(figure.event, ys(figure)) for figure in recorder.figures()] == [
        ("show", [[1.0, 2.0]]),
        ("show", [[3.0, 4.0]]),
    ]


def show_interactively():
    plt.ion()
    plt.show()


def show_without_blocking():
    plt.show(block=False)


def pause_long():
    plt.pause(9)


@pytest.mark.parametrize("how", [show_interactively, show_without_blocking, pause_long])
def test_showing_without_waiting_leaves_the_figure_open(recorder, how):
    plt.plot([1, 2])
    how()
    plt.plot([3, 4])
    assert [len(ys(figure)) for figure in recorder.figures()] == [1, 2]


def test_showing_neither_warns_nor_waits(capfd):
    figure = plt.figure()
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plt.show()
        plt.pause(30)
        figure.show()
        plt.show(block=True)
    assert time.monotonic() - began < 10
    assert capfd.readouterr() == ("", "")


def test_a_figure_that_pyplot_does_not_know_still_says_that_it_cannot_be_shown():
    with pytest.raises(AttributeError, match="managed by pyplot"):
        Figure().show()


def test_saving_is_a_moment_though_the_file_cannot_be_written(recorder):
    plt.plot([1, 2])
    # Not a folder that is missing: where plotting is made harmless, that is no error.
    with pytest.raises(ValueError, match="not supported"):
        plt.savefig("figure.nosuchformat")
    plt.close()
    assert kinds(recorder) == ["savefig"]


def test_a_moment_equal_to_the_one_before_is_not_told_again(recorder):
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    figure.savefig(io.BytesIO())
    figure.savefig(io.BytesIO())
    plt.close()
    axes.set_title("later")
    assert kinds(recorder) == ["savefig", "end"]


def test_what_was_changed_between_saving_and_closing_is_told(recorder):
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    figure.savefig(io.BytesIO())
    axes.plot([3, 4])
    plt.close("all")
    assert [(one.event, len(ys(one))) for one in recorder.figures()] == [("savefig", 1), ("close", 2)]


def clear_the_figure_itself():
    plt.gcf().clear()


def clear_the_axes_itself():
    plt.gca().clear()


def remove_the_axes():
    plt.gca().remove()


@pytest.mark.parametrize(
    "clear", [plt.clf, plt.cla, plt.delaxes, clear_the_figure_itself, clear_the_axes_itself, remove_the_axes]
)
def test_what_is_cleared_was_told_first(recorder, clear):
    plt.plot([1, 2])
    clear()
    plt.plot([3, 4])
    assert [(figure.event, ys(figure)) for figure in recorder.figures()] == [
        ("clear", [[1.0, 2.0]]),
        ("end", [[3.0, 4.0]]),
    ]


def test_clearing_a_figure_with_many_axes_is_one_moment(recorder):
    figure, axes = plt.subplots(2, 2)
    for each in axes.flat:
        each.plot([1, 2])
    figure.clear()
    plt.close()
    assert kinds(recorder) == ["clear", "close"]


def test_an_axes_cleared_before_anything_is_drawn_is_no_moment(recorder):
    axes = plt.gca()
    axes.cla()
    axes.plot([1, 2])
    assert kinds(recorder) == ["end"]


@pytest.mark.parametrize("which", [None, "all", "number", "figure", "label"])
def test_every_way_to_close_is_seen(recorder, which):
    figure = plt.figure("the label")
    plt.plot([1, 2])
    chosen = {"number": figure.number, "figure": figure, "label": "the label"}.get(which, which)
    plt.close(chosen)
    del figure, chosen
    gc.collect()
    assert [(one.event, ys(one)) for one in recorder.figures()] == [("close", [[1.0, 2.0]])]


def test_figures_are_numbered_as_they_were_made_and_told_in_the_order_of_their_moments(recorder):
    first, second = plt.figure(), plt.figure()
    plt.plot([1])
    second.savefig(io.BytesIO())
    first.subplots().plot([2])
    first.savefig(io.BytesIO())
    told = events(recorder)
    assert told == [(told[1][0] + 1, "savefig"), (told[1][0], "savefig")]


def test_an_empty_figure_is_told_as_empty(recorder):
    plt.figure()
    (figure,) = recorder.figures()
    assert figure.axes == ()


def test_a_figure_left_open_by_an_earlier_recorder_is_told_only_when_it_changed(recorder):
    plt.plot([1, 2])
    with figures.Recorder(cell=lambda: None) as later:
        plt.show(block=False)
        assert later.figures() == ()
        plt.plot([3, 4])
    assert [len(ys(figure)) for figure in later.figures()] == [2]


# ---------------------------------------------------------------------------------- nobody notices it


def test_signatures_are_matplotlibs_own():
    names = [plt.show, plt.close, plt.pause, Figure.__init__, Figure.savefig, Figure.clear, Legend.__init__]
    for wrapped in names:
        assert inspect.signature(wrapped) == inspect.signature(wrapped.__wrapped__)
        assert wrapped.__doc__ == wrapped.__wrapped__.__doc__


def test_installing_twice_wraps_once():
    show = plt.show
    figures.install()
    assert plt.show is show
    assert not hasattr(show.__wrapped__, "__wrapped__")


def test_recording_renders_nothing(recorder, monkeypatch):
    def refuse(*_):
        raise AssertionError("rendered")

    monkeypatch.setattr(FigureCanvasAgg, "draw", refuse)
    monkeypatch.setattr(FigureCanvasAgg, "get_renderer", refuse)
    figure, axes = plt.subplots(2)
    axes[0].plot(X, np.sin(X), label="sin")
    axes[0].axhline(0.5)
    axes[0].legend()
    axes[1].scatter(X, X)
    figure.suptitle("both")
    plt.show()
    assert len(ys(recorder.figures()[0])) == 3


def test_a_broken_figure_costs_nobody_anything(recorder, monkeypatch):
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    monkeypatch.setattr(type(figure), "axes", property(lambda _: 1 / 0))
    plt.show()
    assert recorder.figures() == ()


def test_an_interruption_is_not_swallowed(monkeypatch):
    class OutOfTime(BaseException):
        pass

    def interrupted(*_):
        raise OutOfTime

    plt.plot([1, 2])
    monkeypatch.setattr(figures.figure_reading, "read", interrupted)
    with pytest.raises(OutOfTime):
        plt.show()
    monkeypatch.undo()


def test_without_a_recorder_figures_are_let_go(monkeypatch):
    monkeypatch.setattr(figures, "_active", None)
    gone = weakref.ref(Figure())
    gc.collect()
    assert gone() is None


# ------------------------------------------------------------------------------------------------ limits


def test_closed_figures_are_not_kept_alive(recorder):
    alive = []
    for _ in range(5):
        figure = plt.figure()
        alive.append(weakref.ref(figure))
        figure.subplots().plot([1, 2])
        plt.close(figure)
    del figure
    gc.collect()
    assert [ref() for ref in alive] == [None] * 5
    assert len(recorder.figures()) == 5


def test_of_many_figures_the_first_and_the_last_are_told(recorder):
    for value in range(50):
        plt.plot([value])
        plt.show()
    assert [ys(figure)[0][0] for figure in recorder.figures()] == [*range(10), *range(40, 50)]


def test_of_many_moments_of_one_figure_the_first_and_the_last_are_told(recorder):
    figure, axes = plt.subplots()
    for value in range(30):
        axes.plot([value])
        figure.savefig(io.BytesIO())
    counts = [len(ys(one)) for one in recorder.figures()]
    assert (counts[0], counts[-1], len(counts)) == (1, 30, figures.MAX_MOMENTS)


def test_large_figures_are_thinned_until_all_fit(recorder):
    x = np.linspace(0, 100, 200_000)
    for _ in range(12):
        _, axes = plt.subplots()
        axes.plot(x, np.sin(x))
        axes.plot(x, np.cos(x))
    told = recorder.figures()
    assert len(told) == 12
    assert sum(len(s.x.data) + len(s.y.data) for f in told for a in f.axes for s in a.series) <= figures.ALL_BYTES
    for figure in told:
        for series in figure.axes[0].series:
            ends = np.frombuffer(series.x.data)[[0, -1]]
            assert ends.tolist() == [0.0, 100.0]
            assert series.x.shape[0] > 1000


@pytest.mark.benchmark
def test_a_typical_figure_is_recorded_within_two_milliseconds():
    def draw():
        _, axes = plt.subplots()
        axes.plot(X, np.sin(X), label="sin")
        axes.plot(X, np.cos(X), label="derivative")
        axes.set(title="sin", xlabel="x", ylabel="y")
        axes.legend()

    costs = []
    for _ in range(7):
        draw()
        began = time.process_time()
        plt.show()
        costs.append(time.process_time() - began)
    assert min(costs) < 0.002
