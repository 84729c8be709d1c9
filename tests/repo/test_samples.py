"""`dev.py samples` shows what the grader says of the sample submissions, as a person would like to read it."""

import re
import sys

import pytest

from tools import samples, texts


@pytest.fixture
def exercises(tmp_path):
    """A folder with one exercise, and a `grader` that gives every file handed to it the same report."""
    pack = tmp_path / "exercises" / "sine"
    (pack / "wrong").mkdir(parents=True)
    for name in ("pack.toml", "solution.py", "starter.py", "wrong/a.py", "wrong/b.py", "wrong/c.py"):
        (pack / name).write_text("")
    check = {"title": "The derivative", "verdict": "failed", "feedback": "It is a constant.", "points": 0}
    passed = {"title": "The curve", "verdict": "passed", "feedback": "", "points": 2}
    report = {"status": "graded", "score": 2.0, "max_score": 5.0, "checks": [check, passed], "message": ""}
    grader = tmp_path / "grader"
    grader.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"for name in sorted(os.listdir(sys.argv[3])): print(json.dumps({report!r} | {{'file': name}}))\n"
    )
    grader.chmod(0o700)
    return pack.parent


def test_samples_shows_scores_and_what_was_wrong(exercises, capsys):
    assert samples.show_samples(exercises, exercises.parent / "grader") == 0

    shown = capsys.readouterr().out
    for name in ("solution.py", "starter.py", "wrong-a.py", "wrong-b.py"):
        assert re.search(rf"{name} +{re.escape(texts.text('points', score='2', most='5'))}", shown)
    assert "wrong-c.py" not in shown
    assert re.search(r"The derivative\n +It is a constant\.", shown)
    assert "The curve" not in shown


def test_feedback_shared_by_checks_is_shown_once_and_fits_the_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    checks = [{"title": title, "verdict": "failed", "feedback": "很长的说明，" * 12, "points": 0} for title in "ab"]
    report = {"file": "x.py", "status": "graded", "score": 0, "max_score": 2, "checks": checks, "message": ""}

    samples.show(report)

    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.strip() for line in lines[:2]] == ["a", "b"]
    assert "".join(line.strip() for line in lines[2:]) == checks[0]["feedback"]
    assert max(map(samples.width, lines)) <= 42  # a mark that may not open a line hangs over
    assert not [line for line in lines if line.strip().startswith("，")]


def test_samples_says_why_when_nothing_could_be_graded(exercises):
    grader = exercises.parent / "grader"
    grader.write_text("#!/bin/sh\necho 'seccomp is not there' >&2\nexit 4\n")

    with pytest.raises(texts.SetupError, match="seccomp is not there"):
        samples.show_samples(exercises, grader)


def test_a_hidden_check_that_was_skipped_is_not_held_against_the_sample(capsys):
    check = {"title": "Later", "verdict": "skipped", "feedback": "", "points": 0}
    report = {"file": "x.py", "status": "graded", "score": 1, "max_score": 1, "checks": [check], "message": ""}

    samples.show(report)

    assert "Later" not in capsys.readouterr().out


def test_a_terminal_gives_a_chinese_character_two_columns():
    assert samples.width("ab练习") == 6
