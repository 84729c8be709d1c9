"""Gradings yield: with GRADER_NICE the fork-servers and all they fork have a lower priority, in every session."""

from pathlib import Path

import psutil
import pytest

from grader.packs import find_pack
from grader.runner.engine import Engine
from grader.settings import Settings, installed_exercises
from grader.submission import submission_from_file


@pytest.fixture(scope="module")
def engine():
    with Engine(Settings(installed_exercises(), nice=7)) as running:
        yield running


def test_each_process_and_each_session_of_a_grading_yields(engine):
    pack = find_pack("plot-sin", engine.settings.exercises)
    assert engine.grade(pack, submission_from_file(pack.path / "solution.py"), 1).score == pack.max_score

    started = [psutil.Process(engine.checker.pid), psutil.Process(engine.sandbox.pid)]
    processes = [*started, *(child for process in started for child in process.children(recursive=True))]
    assert len(processes) > 3  # with the server, and the children that wait

    found = [entry for process in processes if (entry := priorities(process))]
    assert len(found) > 3
    assert {nice for nice, _ in found} == {7}
    assert {group for _, group in found} <= {"7", None}


def priorities(process):
    """(nice value, that of its session's group or None), None for a process that ended meanwhile."""
    group = Path(f"/proc/{process.pid}/autogroup")
    try:
        return process.nice(), group.read_text().split()[-1] if group.exists() else None
    except (psutil.NoSuchProcess, OSError):
        return None


def test_without_it_nothing_is_changed():
    with Engine(Settings(installed_exercises())) as engine:
        assert psutil.Process(engine.checker.pid).nice() == psutil.Process().nice()
