"""`grader batch` while its parts are killed: right results or a clear fault of ours, and nothing left running."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

FILES = 12
PACK = str(Path(__file__).parent / "packs" / "verdicts")
RIGHT = """
import time
hello = "hello"
def answer():
    time.sleep(0.3)
    return 42
def gradient(x):
    (x * x).sum().backward()
    return x.grad
def double(n):
    return 2 * n
"""


@pytest.fixture
def batch(tmp_path):
    """A running batch over FILES right submissions, each of which takes a while; ended with the test."""
    for number in range(FILES):
        (tmp_path / f"student{number:02}.py").write_text(RIGHT, encoding="utf-8")
    command = [sys.executable, "-m", "grader", "batch", PACK, str(tmp_path), "-j", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    yield psutil.Process(process.pid), process
    process.kill()
    process.wait()
    process.stdout.close()


def first_result(process):
    """Wait until the batch is in the middle of its work."""
    return process.stdout.readline()


def descendant(tree, words, leaf):
    """The process below `tree` whose command line contains `words`: the outermost, or a process with no children."""
    found = [child for child in tree.children(recursive=True) if words in command_of(child)]
    return next(child for child in (reversed(found) if leaf else found) if not leaf or not child.children())


def command_of(process):
    """Its command line, empty if it has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.mark.parametrize(
    ("words", "leaf"),
    [("grader.sandbox.forkserver", False), ("grader.runner.checker", False), ("grader.sandbox.forkserver", True)],
    ids=["sandbox fork-server", "checker fork-server", "a child"],
)
def test_every_file_of_a_batch_is_graded_rightly_though_a_part_is_killed(batch, words, leaf):
    tree, process = batch
    lines = [first_result(process)]
    descendant(tree, words, leaf).kill()
    lines += process.stdout.readlines()
    reports = [json.loads(line) for line in lines]
    assert [report["file"] for report in reports] == [f"student{number:02}.py" for number in range(FILES)]
    assert {report["status"] for report in reports} == {"graded"}
    lost = [report for report in reports if report["score"] != report["max_score"]]
    # A child that dies in mid-answer can't be told from one that ended itself; nobody else may notice.
    assert len(lost) <= (1 if leaf else 0)


def test_nothing_outlives_a_batch_that_is_killed(batch):
    tree, process = batch
    first_result(process)
    below = tree.children(recursive=True)
    assert len(below) >= 4
    os.kill(tree.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in below):
        assert time.monotonic() < deadline, [child for child in below if child.is_running()]
        time.sleep(0.02)
