"""Curves as pictures: every curve fits, gaps are gaps, and no number a student can draw breaks the page."""

import math
import re

import pytest

from grader.report import Plot
from submissions.portal.curves import HEIGHT, MOST_ROWS, WIDTH, Series, chart, check_chart, figure_charts
from submissions.portal.ticks import label_of, nice_ticks

XS = [at / 10 for at in range(63)]
SINE = [(x, math.sin(x)) for x in XS]


def numbers_of(path):
    return [float(number) for number in re.findall(r"-?[\d.]+", path)]


def test_both_curves_lie_in_the_picture_and_keep_their_roles():
    picture = check_chart(Plot(tuple(SINE), tuple(SINE)), "sin", "Yours", "Expected")
    assert [(line.role, line.name) for line in picture.lines] == [("expected", "Expected"), ("yours", "Yours")]
    for line in picture.lines:
        places = numbers_of(line.path)
        assert len(places) == 2 * len(SINE)
        assert all(0 <= x <= WIDTH for x in places[::2])
        assert all(0 <= y <= HEIGHT for y in places[1::2])


def test_a_curve_that_dwarfs_the_expected_one_is_cut_at_the_edge_and_counted():
    huge = tuple((x, 1e6 * y) for x, y in SINE)
    yours = check_chart(Plot(huge, tuple(SINE)), "", "Yours", "Expected").lines[1]
    assert yours.outside > 50
    assert all(0 <= y <= HEIGHT for y in numbers_of(yours.path)[1::2])
    assert yours.path.count("M") > 1


@pytest.mark.parametrize("hole", [None, math.nan, math.inf, -math.inf, 1e301])
def test_a_point_that_is_no_number_leaves_a_gap(hole):
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, hole), (3.0, 1.0), (4.0, 0.0)]
    (line,) = chart([Series("a", "yours", points)], "").lines
    assert line.gaps == 1
    assert line.path.count("M") == 2
    assert "nan" not in line.path


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(0.0, 1.0)],
        [(1.0, 1.0), (1.0, 1.0)],
        [(0.0, 5.0), (1.0, 5.0)],
        [(math.nan, math.nan)],
        [(0.0, 1e299), (1.0, -1e299)],
        [(0.0, 5e-324), (1.0, 0.0)],
        [(1e300, 0.0), (-1e299, 1e-300)],
        [(1e15, 1.0), (1e15 + 1, 2.0)],
    ],
)
def test_strange_curves_make_a_picture_with_finite_places(points):
    picture = chart([Series("a", "yours", points)], "")
    places = [place for line in picture.lines for place in numbers_of(line.path)]
    ticks = [tick.at for tick in (*picture.x_ticks, *picture.y_ticks)]
    assert all(math.isfinite(place) for place in [*places, *ticks])


def test_a_single_point_is_a_dot_and_a_cloud_is_dots():
    assert len(chart([Series("a", "yours", [(1.0, 2.0)])], "").lines[0].dots) == 1
    (line,) = chart([Series("a", "yours", SINE, dots=True)], "").lines
    assert (len(line.dots), line.path) == (len(SINE), "")


def test_the_table_shares_one_column_of_x_and_stays_short():
    long = [(float(x), 1.0) for x in range(1000)]
    (table,) = chart([Series("a", "yours", long), Series("b", "expected", long)], "").tables
    assert table.heads == ("x", "a", "b")
    assert len(table.rows) <= MOST_ROWS
    assert table.every == 25
    other = [(x + 0.5, 1.0) for x, _ in long]
    assert len(chart([Series("a", "yours", long), Series("b", "expected", other)], "").tables) == 2


def test_a_drawn_figure_becomes_a_picture_for_each_axes_with_curves():
    axes = {"title": "<b>t\u202e</b>", "xlabel": "x", "ylabel": "", "series": []}
    drawn = {"kind": "line", "names": ["sin"], "style": "", "x": [0.0, 1.0], "y": [0.0, None]}
    nameless = {"kind": "scatter", "names": [], "style": "", "x": [0.0, 1.0], "y": [0.0, 1.0]}
    figure = {"title": "", "axes": [axes, {**axes, "series": [drawn, nameless]}]}
    (picture,) = figure_charts(figure, "Curve {n}")
    assert [(line.name, line.role) for line in picture.lines] == [("sin", "series-1"), ("Curve 2", "series-2")]
    assert "\u202e" not in picture.title
    assert picture.xlabel == "x"


def test_more_curves_than_colours_are_counted():
    one = {"kind": "line", "names": [], "style": "", "x": [0.0, 1.0], "y": [0.0, 1.0]}
    (picture,) = figure_charts({"title": "", "axes": [{"series": [one] * 11}]}, "{n}")
    assert (len(picture.lines), picture.left_out) == (8, 3)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (-1.1, 1.1, ["−1", "−0.5", "0", "0.5", "1"]),
        (0, 6.28, ["0", "1", "2", "3", "4", "5", "6"]),
        (0, 1e9, ["0", "2e8", "4e8", "6e8", "8e8", "1e9"]),
    ],
)
def test_ticks_are_at_round_numbers(low, high, labels):
    assert [label for _, label in nice_ticks(low, high, 6 if low else 7)] == labels


def test_numbers_are_short_and_holes_are_dashes():
    assert [label_of(value) for value in (-1.23456, 1e-7, 1234567.0, None, math.nan)] == [
        "−1.235",
        "1e−7",
        "1.235e6",
        "–",
        "–",
    ]
