"""What changed between two attempts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.portal.difference import Change, changes, difference, side_by_side
from submissions.portal.effort import Effort, comparison


def test_lines_come_with_their_numbers_on_both_sides():
    found = difference("a\nb\nc\n", "a\nB\nc\nd\n")
    assert [(line.kind, line.before, line.after) for line in found.lines] == [
        ("same", 1, 1),
        ("removed", 2, None),
        ("added", None, 2),
        ("same", 3, 3),
        ("added", None, 4),
    ]
    assert (found.added, found.removed) == (2, 1)


def test_the_changed_words_of_a_line_are_marked():
    found = difference("y.backward(retain_graph=True)", "y.backward(retain_graph=False)")
    assert str(found.lines[0].html) == "y.backward(retain_graph=<del>True</del>)"
    assert str(found.lines[1].html) == "y.backward(retain_graph=<ins>False</ins>)"


def test_long_stretches_that_agree_are_a_gap():
    same = "\n".join(f"line {at}" for at in range(100))
    kinds = [line.kind for line in difference(f"{same}\nold\n{same}", f"{same}\nnew\n{same}").lines]
    assert kinds[0] == kinds[-1] == "gap"
    assert kinds.count("same") == 6


def test_the_same_code_has_no_difference_and_a_huge_one_is_not_compared():
    assert difference("a\nb", "a\nb\n").lines == ()
    huge = difference("a\n" * 9000, "b")
    assert (huge.too_long, huge.lines) == (True, ())


def test_code_is_escaped_and_shows_what_hides_in_it():
    shown = "".join(str(line.html) for line in difference("<script>1</script>", "<script>2</script>\u202e").lines)
    assert "<script" not in shown
    assert "\u202e" not in shown


def test_side_by_side_puts_what_was_added_beside_what_it_replaces():
    rows = side_by_side(difference("same\nold\n", "same\nnew\nmore\n"))
    assert [(row.before and row.before.before, row.after and row.after.after) for row in rows] == [
        (1, 1),
        (2, 2),
        (None, 3),
    ]
    assert [row.before and row.before.kind for row in rows] == ["same", "removed", None]


def test_points_are_compared_check_by_check():
    before = {"a": ("A", 0.0, 2.0), "gone": ("Gone", 1.0, 1.0)}
    after = {"a": ("A", 2.0, 2.0), "new": ("New", 0.0, 1.0)}
    found = changes(before, after)
    assert found == [Change("A", 0.0, 2.0, 2.0), Change("New", None, 0.0, 1.0), Change("Gone", 1.0, None, 1.0)]
    assert [change.direction for change in found] == ["up", "same", "down"]


def lines(count, words):
    return "".join(f"{words(number)}\n" for number in range(count))


HOSTILE = {
    "one-line-again-and-again": ("x\n" * 500, "x\ny\n" * 2000),
    "a-hundred-lines-shuffled": (lines(4000, lambda n: n % 101), lines(4000, lambda n: n * 37 % 101)),
    "words-of-one-letter": (lines(60, lambda n: f"{n} " + "( " * 195), lines(60, lambda n: f"{n} " + ") ( " * 98)),
    "control-characters": ("\x01" * 390_000, "\x02" * 390_000),
}


@pytest.mark.parametrize(("before", "after"), HOSTILE.values(), ids=HOSTILE)
def test_no_pair_of_files_makes_a_comparison_slow_and_it_is_true(before, after):
    began = time.process_time()
    found = difference(before, after)

    assert time.process_time() - began < 5
    shown = {(line.before, line.after) for line in found.lines}
    old, new = before.split("\n"), after.split("\n")
    assert all(old[a - 1] == new[b - 1] for a, b in shown if a and b)
    assert found.added - found.removed == len(after.strip("\n").split("\n")) - len(before.strip("\n").split("\n"))


@given(st.text("ab\n", max_size=60), st.text("ab\n", max_size=60), st.integers(0, 200))
def test_however_little_effort_is_left_the_difference_leads_from_one_text_to_the_other(before, after, steps):
    old, new = before.split("\n"), after.split("\n")
    found = comparison(old, new, Effort(steps))

    built = []
    for tag, i1, i2, j1, j2 in found.get_opcodes():
        built += old[i1:i2] if tag == "equal" else new[j1:j2]
        assert (tag == "equal") == (old[i1:i2] == new[j1:j2])
    assert built == new
