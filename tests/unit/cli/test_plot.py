"""Curves drawn with characters: the right cells, a frame that fits, and nothing a number could break."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from grader.cli.plot import MAX_POINTS, Canvas, draw, frame_of, is_shown, legend

RISING = [(0.0, 0.0), (1.0, 1.0)]
FALLING = [(0.0, 1.0), (1.0, 0.0)]


def drawn(yours, expected, width=40, height=8, **options):
    return [line.plain for line in draw(yours, expected, width, height, **options)]


def test_a_rising_line_rises_from_left_to_right():
    rows = [row.plain for row in _canvas(RISING, 10, 5).rows()]
    columns = [next(at for at, character in enumerate(row) if character != " ") for row in rows]

    assert columns == sorted(columns, reverse=True)
    assert rows[0][-1] != " "
    assert rows[-1][0] != " "


def _canvas(points, width, height):
    canvas = Canvas(width, height, frame_of(points))
    canvas.draw_line(points)
    return canvas


def test_every_column_of_a_sparse_curve_is_joined():
    text = "\n".join(row.plain for row in _canvas([(0.0, 0.0), (0.5, 3.0), (1.0, -2.0)], 30, 8).rows())

    assert all(any(line[at : at + 1].strip() for line in text.splitlines()) for at in range(30))


def test_the_two_curves_differ_without_colours():
    text = "\n".join(drawn(RISING, FALLING))

    assert "·" in text
    assert any("\u2800" < character <= "\u28ff" for character in text)


def test_an_expected_curve_that_is_met_is_covered_by_the_student_s():
    assert "·" not in "\n".join(drawn(RISING, RISING))


def test_ascii_is_enough():
    assert "\n".join(drawn(RISING, FALLING, unicode=False)).isascii()
    assert "*" in "\n".join(drawn(RISING, FALLING, unicode=False))
    assert legend("a", "b", unicode=False).plain.isascii()


def test_the_scales_are_the_range_of_both_curves():
    lines = drawn([(0.0, -2.0), (4.0, 3.0)], [(-1.0, 0.0), (2.0, 12.0)])

    assert lines[0].startswith("12")
    assert lines[7].startswith("-2")
    assert lines[-1].split() == ["-1", "4"]


def test_a_point_without_a_place_leaves_a_gap():
    lines = drawn([(0.0, 0.0), (1.0, 0.0), (2.0, math.nan), (3.0, 0.0), (4.0, 0.0)], [(0.0, 1.0), (4.0, 1.0)], 60)
    line = next(line for line in lines if any("\u2800" < character <= "\u28ff" for character in line))

    assert "   " in line.partition("│")[2].strip()


@pytest.mark.parametrize("points", [
    [], [(0.0, 0.0)], [(1.0, 5.0), (2.0, 5.0)], [(3.0, 0.0), (3.0, 1.0)], [(math.nan, 1.0)], [(0.0, math.inf)],
    [(0.0, 1e308), (1.0, -1e308)], [(0.0, 1e299), (1.0, -1e299)], [(0.0, 5e-324), (1.0, 0.0)],
    [(0.0, 1e16), (1.0, 1e16 + 2)], [(float(x), math.sin(x / 99)) for x in range(10 * MAX_POINTS)],
])  # fmt: skip
def test_no_curve_is_too_odd_to_draw(points):
    for lines in (drawn(points, RISING), drawn(points, []), drawn([], points)):
        assert len(lines) == 10


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(), st.floats()), max_size=20),
    st.lists(st.tuples(st.floats(), st.floats()), max_size=20),
    st.integers(1, 100),
)
def test_any_numbers_are_drawn_within_the_width(yours, expected, width):
    assert all(cell_len(line) <= max(width, 40) for line in drawn(yours, expected, width))


def test_is_shown_refuses_what_has_no_place():
    assert is_shown((1.0, 2.0))
    assert not any(is_shown(point) for point in [(math.nan, 0.0), (0.0, math.inf), (-math.inf, 0.0), (0.0, 1e301)])
