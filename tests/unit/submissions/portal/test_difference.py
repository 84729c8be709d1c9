"""What changed between two attempts."""

from submissions.portal.difference import Change, changes, difference, side_by_side


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
