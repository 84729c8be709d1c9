"""The bench on a real service, in small: every part comes to its figures, and nothing of it stays behind."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from submissions.bench import load, pages, verdicts
from submissions.bench.board import Board
from submissions.bench.running import RunningService
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.benchmark]


@pytest.fixture(scope="module")
def running():
    with RunningService() as started:
        yield started


@pytest.fixture
def board():
    return Board()


def figures(board):
    return {measure.key: measure for measure in board.measures}


def test_a_verdict_is_followed_to_its_end(running, board):
    verdicts.verdict(running, board, rounds=2)
    found = figures(board)
    assert found["verdict"].value > found["verdict_engine"].value > 0
    assert found["verdict"].goal == "<= 400"


def test_a_steady_stream_loses_nothing(running, board):
    load.accept(running, board, rate=5, seconds=2)
    assert figures(board)["accept_lost"].value == 0
    assert figures(board)["accept_slowest"].samples == 10


def test_a_burst_is_graded_with_full_marks_beside_the_engine_alone(running, board, monkeypatch):
    monkeypatch.setattr(load, "ALONE_COUNT", 4)
    load.burst(running, board, students=2)
    found = figures(board)
    assert found["burst_lost"].value == 0
    assert found["burst_alone"].samples == 2
    assert 0 < found["burst_ratio"].value < 2


def test_a_flood_does_not_hold_up_another_student(running, board):
    load.flood(running, board, size=30)
    assert figures(board)["flood_in_line"].value > 0


def test_pages_are_timed_beside_open_ones_and_among_many_rows(running, board, monkeypatch):
    monkeypatch.setattr(pages, "OWNERS", 4)
    pages.live(running, board, pages=3, rounds=1)
    pages.rows(running, board, total=200, rounds=1)
    found = figures(board)
    assert found["live_streams"].value == 3
    assert found["rows_slowest"].value > 0
    assert found["rows_ratio"].value > 0


def test_nothing_is_left_when_it_ends():
    with RunningService() as started:
        folder = Path(started.settings.data)
        parts = psutil.Process(started.pid).children(recursive=True)
        assert len(parts) > 5
    _, alive = psutil.wait_procs(parts, timeout=20)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert not folder.parent.exists()


def test_a_bench_that_is_told_to_end_leaves_nothing_either(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", "from submissions.cli.main import main; main()", "bench", "verdict"]
    bench = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: list(tmp_path.glob("sb*/d/run/*")), 60)
        parts = psutil.Process(bench.pid).children(recursive=True)
        bench.terminate()
        assert bench.wait(60) == 130
    finally:
        bench.kill()
    _, alive = psutil.wait_procs(parts, timeout=20)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert list(tmp_path.glob("sb*")) == []
