"""The engine with its real parts: every verdict, every kind of bad input, and parts killed in the middle."""

import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from grader.packs import load_pack
from grader.runner.engine import Engine
from grader.submission import Submission

VERDICTS = load_pack(Path(__file__).parent / "packs" / "verdicts")

RIGHT = """
import torch
hello = "hello"
def answer():
    return 42
def gradient(x):
    (x * x).sum().backward()
    return x.grad
def double(n):
    return 2 * n
"""


@pytest.fixture(scope="module")
def engine():
    with Engine() as running:
        yield running


def grade(engine, source, seed=1, pack=VERDICTS):
    return engine.grade(pack, Submission(source, "py", "submission.py"), seed)


def verdicts(report):
    return {check.name: check.verdict for check in report.checks}


def test_a_right_submission_gets_full_marks(engine):
    report = grade(engine, RIGHT)
    assert (report.status, report.score, report.max_score, report.exit_status) == ("graded", 6.0, 6.0, 0)
    assert set(verdicts(report).values()) == {"passed"}


def test_what_an_instructor_should_look_at_costs_no_points(engine):
    report = grade(engine, RIGHT.replace("    return 2 * n", "    print(n)\n    return 2 * n") + "import gc\n")
    assert report.score == report.max_score
    assert [(note.code, note.check, note.line) for note in report.review] == [
        ("unconfirmed-autodiff", "each", None),
        ("live-objects", None, 12),
    ]
    assert not grade(engine, RIGHT).review


def test_a_failed_check_names_its_diagnosis_and_holds_the_total_down(engine):
    report = grade(engine, RIGHT.replace("return x.grad", "return x.grad + 1"))
    failed = next(check for check in report.checks if check.verdict == "failed")
    assert (failed.name, failed.diagnosis, report.score) == ("gradient", "wrong-gradient", 3.0)
    assert failed.feedback["en"]
    assert failed.feedback["zh"]


def test_a_check_whose_prerequisite_failed_is_skipped_and_says_which(engine):
    report = grade(engine, RIGHT.replace("return 42", "return 41"))
    skipped = next(check for check in report.checks if check.verdict == "skipped")
    assert (skipped.name, skipped.diagnosis, skipped.points) == ("answer_again", None, 0.0)
    assert "answer() is 42" in skipped.feedback["en"]
    assert "answer() 等于 42" in skipped.feedback["zh"]


def test_an_assertion_without_a_code_fails_without_a_diagnosis(engine):
    report = grade(engine, RIGHT.replace('hello = "hello"', "hello = 1"))
    greeting = next(check for check in report.checks if check.name == "greeting")
    assert (greeting.verdict, greeting.diagnosis) == ("failed", None)


def test_every_case_of_a_check_must_pass(engine):
    report = grade(engine, RIGHT.replace("return 2 * n", "return 4 if n == 2 else 2 * n - (n == 3)"))
    assert verdicts(report)["each"] == "failed"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("import os; os._exit(0)", "crashed"),
        ("import ctypes; ctypes.string_at(0)", "crashed"),
        ("while True: pass", "timed_out"),
        (
            "\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
            "timed_out",
        ),
    ],
)
def test_a_check_that_kills_its_child_leaves_the_others_results_intact(engine, body, verdict):
    report = grade(engine, RIGHT.replace("return 42", body))
    assert verdicts(report) == {
        "answer": verdict,
        "answer_again": "skipped",
        "gradient": "passed",
        "greeting": "passed",
        "each": "passed",
    }
    assert report.score == 4.0


def test_memory_without_end_is_told_apart_from_a_wrong_answer(engine):
    report = grade(engine, RIGHT.replace("return 42", "hoard = []\n    while True: hoard.append(bytearray(1 << 20))"))
    answer = report.checks[0]
    assert answer.verdict == "out_of_memory" or (answer.verdict, answer.diagnosis) == ("failed", "raised")
    assert verdicts(report)["gradient"] == "passed"


def test_the_same_seed_gives_the_same_report(engine):
    source = RIGHT + "\nimport torch, random, numpy\nprint(torch.rand(3), random.random(), numpy.random.rand())\n"
    first, second = grade(engine, source, seed=5), grade(engine, source, seed=5)
    assert first.stdout == second.stdout != grade(engine, source, seed=6).stdout
    assert {**vars(first), "timing_ms": 0} == {**vars(second), "timing_ms": 0}


def test_a_syntax_error_tells_the_line_and_the_character(engine):
    report = grade(engine, "import torch\ndef answer（）:\n    return 42\n")
    assert (report.status, report.score) == ("graded", 0.0)
    error = report.errors[0]
    assert (error.type, error.line, error.column) == ("SyntaxError", 2, 11)
    assert "“（”" in error.advice["en"]
    assert "“(”" in error.advice["zh"]
    assert report.checks[0].diagnosis == "raised"


def test_an_endless_import_ends_in_a_time_out(engine):
    began = time.monotonic()
    report = grade(engine, "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n")
    assert (report.status, report.score) == ("graded", 0.0)
    assert report.checks[0].verdict == "timed_out"
    assert time.monotonic() - began < 20


def test_a_pack_whose_checks_raise_is_broken_and_costs_nothing(engine, tmp_path):
    pack = broken_copy(tmp_path, "test_answer(student):", "test_answer(student):\n    raise KeyError('oops')\n")
    report = grade(engine, RIGHT, pack=pack)
    assert (report.status, report.exit_status, report.checks[0].verdict) == ("broken_pack", 3, "broken")
    assert verdicts(report)["gradient"] == "passed"
    assert "oops" in report.checks[0].detail["fault"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"""Checks that end', 'raise ImportError("no such thing")\n"""', "no such thing"),
        ("def test_gradient", "def nothing", "pack.toml declares gradient"),
        ("def test_greeting", "def test_other(student): ...\ndef test_greeting", "does not declare it"),
        ("def test_answer(", "def test_answer(:", "SyntaxError"),
    ],
)
def test_a_pack_that_can_not_be_collected_says_why(engine, tmp_path, old, new, says):
    report = grade(engine, RIGHT, pack=broken_copy(tmp_path, old, new))
    assert (report.status, report.exit_status, report.checks) == ("broken_pack", 3, ())
    assert says in report.fault


def broken_copy(folder, old, new):
    target = folder / "verdicts"
    (target / "checks").mkdir(parents=True)
    (target / "pack.toml").write_bytes((VERDICTS.path / "pack.toml").read_bytes())
    text = (VERDICTS.path / "checks" / "test_verdicts.py").read_text(encoding="utf-8")
    assert old in text
    (target / "checks" / "test_verdicts.py").write_text(text.replace(old, new), encoding="utf-8")
    return load_pack(target)


def test_a_changed_pack_is_collected_anew(engine, tmp_path):
    pack = broken_copy(tmp_path, "== 42", "== 42")
    assert verdicts(grade(engine, RIGHT, pack=pack))["answer"] == "passed"
    file = pack.path / "checks" / "test_verdicts.py"
    file.write_text(file.read_text().replace("== 42", "== 43"))
    assert verdicts(grade(engine, RIGHT, pack=load_pack(pack.path)))["answer"] == "failed"


def descendants():
    return psutil.Process().children(recursive=True)


@pytest.mark.parametrize("part", ["sandbox", "checker"])
def test_a_killed_fork_server_is_started_again_and_nobody_pays(part):
    with Engine() as engine:
        assert grade(engine, RIGHT).score == 6.0
        os.kill(getattr(engine, part).pid, signal.SIGKILL)
        report = grade(engine, RIGHT)
        assert (report.status, report.score) == ("graded", 6.0)


@pytest.mark.parametrize("part", ["sandbox", "checker"])
def test_a_fork_server_killed_in_the_middle_of_a_grading_does_not_change_its_result(part):
    slow = RIGHT.replace("return 42", "import time; time.sleep(1.0); return 42")
    with Engine() as engine:
        grade(engine, RIGHT)
        killer = threading.Timer(0.5, lambda: os.kill(getattr(engine, part).pid, signal.SIGKILL))
        killer.start()
        report = grade(engine, slow)
        killer.join()
        assert (report.status, report.score) == ("graded", 6.0)


def test_nothing_is_left_running_after_stop():
    before = {process.pid for process in descendants()}
    with Engine() as engine:
        grade(engine, RIGHT)
        started = [process for process in descendants() if process.pid not in before]
        assert len(started) >= 2
    gone, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []
    assert len(gone) == len(started)
