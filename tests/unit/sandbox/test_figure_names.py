"""How the curves of a figure are named, and what is written on it."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredText
from matplotlib.patches import Patch

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


# ----------------------------------------------------------------------------------------- ways to name


def named_by_labels():
    plt.plot(X, SIN, label="sin")
    plt.plot(X, COS, label="cos")
    plt.legend()


def named_by_a_list():
    plt.plot(X, SIN)
    plt.plot(X, COS)
    plt.legend(["sin", "cos"])


def named_by_handles():
    first, second = plt.plot(X, SIN, X, COS)
    plt.legend(handles=[second, first], labels=["cos", "sin"])


def named_by_the_figure():
    figure, axes = plt.subplots(2)
    axes[0].plot(X, SIN, label="sin")
    axes[1].plot(X, COS, label="cos")
    figure.legend()


def named_across_twin_axes():
    axes = plt.gca()
    first = axes.plot(X, SIN, "C0")
    second = axes.twinx().plot(X, COS, "C0")
    axes.legend(first + second, ["sin", "cos"])


def named_by_proxies():
    plt.plot(X, SIN, "b")
    plt.plot(X, COS, "r")
    plt.legend(handles=[Patch(color="r", label="cos"), Line2D([], [], color="b", label="sin")])


def named_by_scatter_and_stem():
    plt.scatter(X, SIN, label="sin")
    plt.stem(X, COS, label="cos")
    plt.legend()


def named_by_error_bars():
    plt.errorbar(X, SIN, yerr=0.1, label="sin")
    plt.errorbar(X, COS, yerr=0.1, label="cos")
    plt.legend()


def named_in_reverse():
    plt.plot(X, SIN, label="sin")
    plt.plot(X, COS, label="cos")
    plt.legend(reverse=True)


def named_afterwards():
    plt.plot(X, SIN, X, COS)
    legend = plt.legend(["a", "b"])
    legend.get_texts()[0].set_text("sin")
    legend.get_texts()[1].set_text("cos")


def named_by_two_legends():
    first, second = plt.plot(X, SIN, X, COS)
    axes = plt.gca()
    axes.add_artist(axes.legend([first], ["sin"]))
    axes.legend([second], ["cos"])


def named_as_a_textbook_helper_does():
    axes = plt.gca()
    axes.cla()
    for y, style in ((SIN, "-"), (COS, "m--")):
        axes.plot(X, y, style)
    axes.set_xlabel("x")
    axes.legend(["sin", "cos"])
    axes.grid()


@pytest.mark.parametrize(
    "draw",
    [
        named_by_labels,
        named_by_a_list,
        named_by_handles,
        named_by_the_figure,
        named_across_twin_axes,
        named_by_proxies,
        named_by_scatter_and_stem,
        named_by_error_bars,
        named_in_reverse,
        named_afterwards,
        named_by_two_legends,
        named_as_a_textbook_helper_does,
    ],
)
def test_each_curve_is_told_with_the_legend_entry_that_points_at_it(told, draw):
    draw()
    assert names(told()) == (("sin",), ("cos",))


@pytest.mark.parametrize("draw", [named_by_labels, named_by_scatter_and_stem, named_by_error_bars])
def test_a_label_is_told_whether_or_not_there_is_a_legend(told, draw):
    draw()
    for axes in plt.gcf().axes:
        axes.get_legend().remove()
    assert (curve(told(), SIN).label, curve(told(), COS).label) == ("sin", "cos")
    assert names(told()) == ((), ())


def test_labels_that_matplotlib_made_up_are_none(told):
    plt.plot(X, SIN)
    plt.plot(X, COS, label="_hidden")
    assert [one.label for one in series(told())] == ["", ""]


def test_a_proxy_whose_colour_two_curves_share_names_neither(told):
    plt.plot(X, SIN, "r", X, COS, "r")
    plt.legend(handles=[Line2D([], [], color="r", label="both")])
    assert names(told()) == ((), ())


def test_labels_swapped_by_the_student_stay_swapped(told):
    plt.plot(X, SIN, X, COS)
    plt.legend(["cos", "sin"])
    assert names(told()) == (("cos",), ("sin",))


# ----------------------------------------------------------------------------------------- ways to write


def test_all_texts_of_an_axes_are_told(told):
    figure, axes = plt.subplots()
    axes.plot(X, SIN, label="sin")
    axes.set(xlabel="x", ylabel="y", xlim=(0, 5), ylim=(-3, 3), yscale="symlog")
    axes.set_title("centre")
    axes.set_title("links", loc="left")
    axes.text(1, 0, "$\\sin x$")
    axes.annotate("here", (1, 0), (2, 1))
    axes.add_artist(AnchoredText("boxed", loc="upper left"))
    axes.legend(title="functions")
    (found,) = told().axes
    assert (found.title, found.xlabel, found.ylabel) == ("links centre", "x", "y")
    assert (found.xlim, found.ylim, found.xscale, found.yscale) == ((0, 5), (-3, 3), "linear", "symlog")
    assert set(found.texts) == {"$\\sin x$", "here", "boxed", "functions"}
    assert found.legend == ("sin",)
    assert figure.axes == [axes]


def test_all_texts_of_a_figure_are_told(told):
    figure, axes = plt.subplots()
    axes.plot(X, SIN, label="sin")
    figure.suptitle("正弦")
    figure.supxlabel("below")
    figure.text(0.5, 0.5, "free")
    figure.legend(title="legend")
    found = told()
    assert (found.title, set(found.texts), found.legend) == ("正弦", {"below", "free", "legend"}, ("sin",))


def test_a_removed_or_hidden_text_is_not_told(told):
    plt.plot(X, SIN)
    plt.text(0, 0, "gone").remove()
    plt.text(0, 0, "hidden").set_visible(False)
    plt.legend(["sin"]).set_visible(False)
    (found,) = told().axes
    assert (found.texts, found.legend, found.series[0].names) == ((), (), ())


def test_styles_change_nothing_that_is_told(told):
    with plt.style.context(["ggplot", "dark_background"]):
        named_by_labels()
    assert names(told()) == (("sin",), ("cos",))
