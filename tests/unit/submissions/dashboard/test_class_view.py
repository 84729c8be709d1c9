"""The pure parts of a class's pages: rows, pictures, times, and code that tells no names."""

import itertools
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from submissions.dashboard.class_view import present
from submissions.dashboard.class_view.bars import bars
from submissions.dashboard.class_view.excerpt import anonymous, excerpt
from submissions.dashboard.class_view.times import activity
from submissions.dashboard.exports import csv_text
from submissions.store.class_view import Specimen

COUNTS = {
    "mistake:a:slip": {"students": 3, "open": 1},
    "mistake:b:slip": {"students": 2, "open": 2},
    "mistake:b:fall": {"students": 9},
    "check_first:a": {"failed": 3, "passed": 1, "broken": 5},
    "check_latest:a": {"passed": 4, "skipped": 1},
    "check_latest:gone": {"passed": 1},
    "score": {"0": 1, "6": 1, "10": 1},
}


def test_mistakes_are_ranked_by_how_many_students_they_reach():
    rows = present.mistake_rows(COUNTS)

    assert [(row.code, row.students, row.open, row.checks) for row in rows] == [
        ("fall", 9, 0, ("b",)),
        ("slip", 3, 2, ("a", "b")),
    ]
    assert [row.code for row in present.mistake_rows(COUNTS, "a")] == ["slip"]


def test_a_rate_leaves_out_what_broke_and_counts_what_was_skipped():
    first, gone = present.check_rows(COUNTS, ["a"])

    assert (first.first.percent, first.latest.percent) == (25, 80)
    assert (gone.name, gone.first.percent) == ("gone", None)


def test_the_middle_score_is_that_of_the_student_in_the_middle():
    assert present.summary(COUNTS, 5, 0).middle == 6
    assert present.summary({}, 5, 0).middle is None


def test_bars_stand_on_the_ground_and_the_highest_fills_the_frame():
    drawn = bars("t", ("a", "b"), [("x", 0), ("y", 7), ("z", 14)])
    left, top, right, bottom = drawn.box

    assert [bar.y + bar.height for bar in drawn.bars] == [bottom] * 3
    assert (drawn.most.label, drawn.most.y) == ("z", top)
    assert all(left <= bar.x and bar.x + bar.width <= right for bar in drawn.bars)
    assert bars("t", ("a", "b"), []).is_empty


@pytest.mark.parametrize("label", ["24 Nov 22:00", "11月24日 22:00"])
def test_labels_below_bars_do_not_overlap(label):
    drawn = bars("t", ("a", "b"), [(label, 1)] * 60)
    written = [bar.x for bar in drawn.bars if bar.labelled]

    assert all(after - before > 12 * 6 for before, after in itertools.pairwise(written))


@pytest.mark.parametrize(("counts", "unit", "count"), [
    ({}, "day", 0),
    ({"2026-11-24T09": 1, "2026-11-24T12": 2}, "hour", 4),
    ({"2026-11-01T09": 1, "2026-11-24T12": 2}, "day", 24),
    ({"2026-01-01T09": 1, "2026-11-24T12": 2}, "week", 48),
])  # fmt: skip
def test_activity_has_no_gaps_and_loses_nothing(counts, unit, count):
    found, moments = activity(counts, UTC)

    assert (found, len(moments)) == (unit, count)
    assert sum(number for _, number in moments) == sum(counts.values())


def test_a_day_is_one_of_the_reader():
    _, moments = activity({"2026-11-01T23": 1, "2026-11-20T01": 1}, ZoneInfo("Asia/Shanghai"))

    assert moments[0][0].date() == datetime(2026, 11, 2, tzinfo=UTC).date()


# ------------------------------------------------------------------------------------------ without names

AUTHOR = ("Li Hua", "lihua99", "lihua99@example.org")


@pytest.mark.parametrize("source", [
    "# Li Hua\nx = 1\n",
    '"""Homework of Li Hua,\nlihua99"""\nx = 1\n',
    "def f():\n    '''by Li Hua'''\n    return 1\n",
    "print('LI HUA', \"hua\", 'lihua99@example.org', f'by {1} Li Hua')\n",
    "lihua99_result = 1\nclass LiHuaError(Exception): pass\n",
    "x = '王小明'\n",
    "x = 'student number 202300012345'\n",
    "# Li Hua\ndef f(:\n  'Li Hua\n",
    "By Li Hua, with 王小明\nlihua99\n",
    "print('''Li Hua\n",
])  # fmt: skip
def test_nothing_tells_who_wrote_it(source):
    shown = anonymous(source, AUTHOR, ["王小明", "someone-else"]).casefold()

    assert not any(word in shown for word in ("li hua", "hua", "lihua", "王小明", "202300012345"))
    assert shown.count("\n") == source.count("\n")


def test_code_stays_code():
    source = "import torch\nlist_of = [1, 2]\nx = torch.ones(3, requires_grad=True)\nprint('List', \"a, b\")\n"

    assert anonymous(source, ("Li", "grad", ""), []) == source.replace("requires_grad", "someone")
    assert anonymous(source, ("Li", "grad", ""), [], known=source) == source


@pytest.mark.parametrize("begin", ["x = '", "(", "a@"])
@pytest.mark.parametrize("piece", ["a", "a\n", "\\"], ids=["one line", "many lines", "marks"])
def test_no_file_takes_long(begin, piece):
    start = time.process_time()
    excerpt(specimen(begin + piece * (500_000 // len(piece))))

    assert time.process_time() - start < 3


def specimen(source, kind="py", report=None):
    return Specimen(source, kind, report, AUTHOR, ())


def test_a_long_file_is_cut_and_says_so():
    found = excerpt(specimen("x = 1\n" * 200))

    assert (len(found.lines), found.left_out) == (60, 140)


def test_markup_in_code_is_text():
    (line,) = excerpt(specimen("x = '<script>'")).lines

    assert "<script>" not in line.html


# ---------------------------------------------------------------------------------------------- as a file


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_what_somebody_typed_never_becomes_a_formula(typed):
    assert "'" + typed[0] in csv_text(["a"], [[typed]])


def test_numbers_stay_numbers_and_chinese_is_marked_for_excel():
    assert csv_text(["名"], [[-1.5], [None]]) == '\ufeff名\r\n-1.5\r\n""\r\n'
