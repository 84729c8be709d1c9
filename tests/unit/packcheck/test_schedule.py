"""Gradings run side by side, the urgent first; those that only wait do not keep the others from running."""

import threading

import pytest

from grader.packcheck import schedule
from grader.packcheck.schedule import Schedule


def test_every_item_comes_back_once_with_its_result():
    work = Schedule(lambda item: item * 2, jobs=3)
    work.add(range(20))

    assert sorted((item, result) for item, result, _ in work.results()) == [(n, 2 * n) for n in range(20)]


def test_a_low_rank_goes_first_and_items_may_be_added_on_the_way():
    order = []
    work = Schedule(order.append, jobs=1)
    work.add(["later"], rank=1.0)
    work.add(["first", "second"])
    for item, _, _ in work.results():
        if item == "first":
            work.add(["urgent"], rank=-1.0)

    assert order.index("first") < order.index("second") < order.index("later")
    assert "urgent" in order


def test_an_item_that_only_waits_gives_way(monkeypatch):
    monkeypatch.setattr(schedule, "LONG_SECONDS", 0.05)
    quick_done = threading.Event()
    work = Schedule(lambda item: quick_done.wait(20) if item == "sleeps" else quick_done.set(), jobs=1)
    work.add(["sleeps", "quick"])

    assert {item: result for item, result, _ in work.results()}["sleeps"] is True


def test_an_error_stops_everything():
    def fail(_item):
        raise ValueError("no")

    work = Schedule(fail, jobs=2)
    work.add(range(5))

    with pytest.raises(ValueError, match="no"):
        list(work.results())
