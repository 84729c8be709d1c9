"""`grader batch`: one JSON report a line, in the order of the names, whatever is in the folder."""

import json
import os
import threading

import pytest

from grader.cli.batch import Batch
from grader.errors import SandboxError
from tests.support.fake_engine import FakeEngine, both, check, report


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "handed-in"
    folder.mkdir()
    for name in ("c.py", "a.py", "b.ipynb", "notes.txt", ".hidden.py", "Z.PY"):
        content = json.dumps({"cells": []}) if name.endswith("ipynb") else f"# {name}\n"
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "d.py").mkdir()
    return folder


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_report_a_line_in_the_order_of_the_names(run, engine, folder):
    engine.delays["a.py"] = 0.2

    result = run("batch", "slopes", folder, "-j", "3")

    assert result.exit_code == 0
    assert [line["file"] for line in lines(result)] == ["Z.PY", "a.py", "b.ipynb", "c.py"]
    assert all(line["schema"] == 1 and line["status"] == "graded" for line in lines(result))
    assert result.stderr == ""


def test_each_line_holds_the_report_of_its_own_file(run, engine, folder):
    engine.answers = {name: report(check("slope", "failed"), stdout=name) for name in ("a.py", "c.py", "b.ipynb")}

    found = {line["file"]: line["stdout"] for line in lines(run("batch", "slopes", folder, "-j", "4"))}

    assert found == {"Z.PY": "", "a.py": "a.py", "b.ipynb": "b.ipynb", "c.py": "c.py"}


def test_as_many_at_once_as_asked_for(run, engine, folder):
    engine.delays = dict.fromkeys(("a.py", "b.ipynb", "c.py", "Z.PY"), 0.05)

    run("batch", "slopes", folder, "-j", "2")

    assert engine.most_running == 2
    run("batch", "slopes", folder, "-j", "9")
    assert engine.settings.slots >= 9


def test_everyone_is_asked_the_same(run, engine, folder):
    run("batch", "slopes", folder)

    assert len({seed for _, _, seed in engine.calls}) == 1


def test_the_language_is_the_asked_one(run, folder):
    assert lines(run("batch", "slopes", folder, "--locale", "zh"))[0]["checks"][0]["title"] == "斜率正确"


def test_bad_files_cost_only_themselves(run, engine, folder):
    (folder / "nul.py").write_bytes(b"x\0")
    (folder / "large.py").write_bytes(b"#" * 1_000_001)
    (folder / "fake.ipynb").write_text("[]", encoding="utf-8")
    (folder / "gone.py").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.py")
    engine.answers |= {
        "a.py": RuntimeError("a bug of ours"),
        "c.py": report(status="internal_error", message=both("x")),
    }

    result = run("batch", "slopes", folder)

    found = {line["file"]: line["status"] for line in lines(result)}
    assert found == {
        "Z.PY": "graded", "a.py": "internal_error", "b.ipynb": "graded", "c.py": "internal_error",
        "fake.ipynb": "rejected", "gone.py": "rejected", "large.py": "rejected", "nul.py": "rejected",
        "pipe.py": "rejected",
    }  # fmt: skip
    assert all(line["message"] for line in lines(result) if line["status"] != "graded")
    assert result.exit_code == 4


@pytest.mark.parametrize(("status", "exit_code"), [("graded", 0), ("rejected", 1), ("broken_pack", 3)])
def test_the_exit_status_is_the_highest(run, engine, folder, status, exit_code):
    engine.answers["c.py"] = report(status=status)

    assert run("batch", "slopes", folder).exit_code == exit_code


def test_a_name_that_is_no_text_is_still_told(run, folder):
    (folder / os.fsdecode(b"caf\xe9.py")).write_text("x = 1\n", encoding="utf-8")

    assert "caf\\xe9.py" in [line["file"] for line in lines(run("batch", "slopes", folder))]


def test_reports_come_while_others_are_still_being_graded(pack, tmp_path):
    files = [tmp_path / f"{letter}.py" for letter in "ab"]
    for file in files:
        file.write_text("x = 1\n", encoding="utf-8")
    release = threading.Event()

    class Waiting(FakeEngine):
        def grade(self, pack, submission, seed=None):
            assert submission.name == "a.py" or release.wait(10)
            return super().grade(pack, submission, seed)

    reports = Batch(Waiting(), pack, 7).reports(files, 2)
    assert next(reports).status == "graded"
    release.set()
    assert next(reports).status == "graded"


def test_an_interrupted_batch_starts_nothing_more_and_stops_the_engine(run, engine, folder):
    for number in range(30):
        (folder / f"more{number}.py").write_text("x = 1\n", encoding="utf-8")
    engine.answers["Z.PY"] = KeyboardInterrupt()
    engine.delays = {f"more{number}.py": 0.02 for number in range(30)}

    result = run("batch", "slopes", folder, "-j", "1")

    assert result.exit_code == 130
    assert len(engine.calls) < 10
    assert engine.stopped == 1


def test_an_engine_that_does_not_start_is_our_fault(run, engine, folder):
    engine.start_error = SandboxError("no rung holds")

    result = run("batch", "slopes", folder)

    assert result.exit_code == 4
    assert "no rung holds" in result.stderr
    assert result.stdout == ""
