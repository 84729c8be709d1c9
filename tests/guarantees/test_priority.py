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

    assert {process.nice() for process in processes} == {7}
    groups = [Path(f"/proc/{process.pid}/autogroup") for process in processes]
    assert {path.read_text().split()[-1] for path in groups if path.exists()} <= {"7"}


def test_without_it_nothing_is_changed():
    with Engine(Settings(installed_exercises())) as engine:
        assert psutil.Process(engine.checker.pid).nice() == psutil.Process().nice()
