"""`grader grade`: the right exit status for every end, and a report that a person or a program can read."""

import json

import pytest

from grader.errors import PackError, SandboxError
from tests.support.fake_engine import both, check, report


@pytest.mark.parametrize(("status", "exit_code"), [
    ("graded", 0), ("rejected", 1), ("broken_pack", 3), ("internal_error", 4),
])  # fmt: skip
@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_the_exit_status_is_the_report_s(run, engine, answer, status, exit_code, json_flag):
    engine.answers["answer.py"] = report(check(verdict="failed"), status=status, message=both("What happened."))

    result = run("grade", "slopes", answer, *json_flag)

    assert result.exit_code == exit_code
    assert "What happened." in result.stdout or status == "graded"


def test_json_is_the_public_report_and_nothing_else(run, engine, answer):
    engine.answers["answer.py"] = expected = report(check(feedback=both("Well done.", "很好。")))

    for locale in ("en", "zh"):
        result = run("grade", "slopes", answer, "--json", "--locale", locale)
        assert json.loads(result.stdout) == json.loads(json.dumps(expected.to_json(locale)))
        assert result.stderr == ""


def test_json_stays_json_when_a_number_is_none(run, engine, answer):
    engine.answers["answer.py"] = report(check(detail={"got": float("nan"), "wanted": float("inf")}))

    found = json.loads(run("grade", "slopes", answer, "--json").stdout, parse_constant=pytest.fail)

    assert found["checks"][0]["detail"] == {"got": None, "wanted": None}


def test_the_seed_is_handed_on_and_drawn_when_none_is_given(run, engine, answer):
    run("grade", "slopes", answer, "--seed", "42")
    run("grade", "slopes", answer)
    run("grade", "slopes", answer)

    given, *drawn = [seed for _, _, seed in engine.calls]
    assert given == 42
    assert drawn[0] != drawn[1]


def test_standard_input_is_read_for_a_dash(run, engine):
    run("grade", "slopes", "-", stdin=b"x = 1\n")
    run("grade", "slopes", "-", stdin=json.dumps({"cells": [], "nbformat": 4}).encode())

    assert [(submission.kind, submission.source[:1]) for _, submission, _ in engine.calls] == [
        ("py", "x"),
        ("ipynb", "{"),
    ]


@pytest.mark.parametrize("content", [b"x = 1\0", b"x = '\xff'\n", b"#" * 1_000_001])
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_what_can_not_be_graded_is_rejected_with_a_sentence_before_anything_starts(
    run, engine, answer, content, locale
):
    answer.write_bytes(content)

    words, machine = run("grade", "slopes", answer, locale=locale), run("grade", "slopes", answer, "--json")

    assert (words.exit_code, machine.exit_code) == (1, 1)
    found = json.loads(machine.stdout)
    assert (found["status"], found["pack"], found["max_score"]) == ("rejected", "slopes", 4)
    assert found["message"]
    assert not engine.started


def test_the_pack_may_be_a_folder(run, exercises, answer):
    assert run("grade", exercises / "slopes", answer).exit_code == 0


def test_a_pack_that_is_not_in_order_exits_with_3_and_the_reason(run, exercises, answer):
    (exercises / "slopes" / "pack.toml").write_text("schema = 1\nid = 3\n", encoding="utf-8")

    result = run("grade", "slopes", answer)

    assert result.exit_code == 3
    assert "id is 3" in result.stderr


@pytest.mark.parametrize(("error", "exit_code", "named"), [
    (SandboxError("no rung holds"), 4, ["no rung holds", "grader doctor"]),
    (RuntimeError("a bug"), 4, ["a bug", "Traceback"]),
    (KeyboardInterrupt(), 130, ["Stopped"]),
    (PackError("two tests of one name"), 3, ["two tests of one name"]),
])  # fmt: skip
def test_every_fault_has_its_status_and_its_sentence(run, engine, answer, error, exit_code, named):
    engine.start_error = error

    result = run("grade", "slopes", answer)

    assert result.exit_code == exit_code
    assert all(word in result.stderr for word in named)


@pytest.mark.parametrize("error", [None, SandboxError("x"), RuntimeError("x"), KeyboardInterrupt()])
def test_the_engine_is_stopped_however_it_ends(run, engine, answer, error):
    engine.answers["answer.py"] = error or report()

    run("grade", "slopes", answer)

    assert (engine.started, engine.stopped) == (1, 1)


def test_settings_reach_the_engine(run, engine, answer, monkeypatch):
    monkeypatch.setenv("GRADER_ISOLATION", "B")

    run("grade", "slopes", answer)

    assert engine.settings.isolation == "B"


def test_output_to_a_terminal_that_knows_ascii_only_is_still_printed(exercises, answer):
    import io
    import sys

    from grader.cli.main import command_line
    from tests.support.fake_engine import FakeEngine

    for flags in ([], ["--json"]):
        plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        kept, sys.stdout = sys.stdout, plain
        try:
            with pytest.raises(SystemExit) as ending:
                command_line("zh").main(["grade", "slopes", str(answer), "--locale", "zh", *flags], obj=FakeEngine())
        finally:
            sys.stdout = kept
        assert ending.value.code == 0
        printed = plain.buffer.getvalue().decode("ascii")
        assert json.loads(printed)["pack"] == "slopes" if flags else "slopes" in printed
