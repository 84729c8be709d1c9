"""Whoever types something else is told what to type, in his language, and the exit status is 2."""

import pytest

BOTH = pytest.mark.parametrize("locale", ["en", "zh"])


@BOTH
@pytest.mark.parametrize(("arguments", "named"), [
    (["gradee", "slopes", "x.py"], ["gradee", "grade"]),
    (["frobnicate"], ["frobnicate", "batch", "doctor", "bench"]),
    (["grade"], ["PACK"]), (["grade", "slopes"], ["FILE"]), (["batch", "slopes"], ["DIR"]),
    (["grade", "slopes", "a", "b"], ["b"]), (["doctor", "now"], ["now"]),
    (["grade", "slopes", "a", "--sede", "1"], ["--sede", "--seed"]), (["grade", "slopes", "a", "-x"], ["-x"]),
    (["grade", "slopes", "a", "--seed"], ["--seed"]), (["grade", "slopes", "a", "--json=1"], ["--json"]),
    (["grade", "slopes", "a", "--seed", "1.5"], ["--seed", "1.5"]),
    (["grade", "slopes", "a", "--seed", "-1"], ["--seed", "-1"]),
    (["grade", "slopes", "a", "--seed", "٣"], ["--seed"]),
    (["grade", "slopes", "a", "--seed", "9" * 5000], ["--seed"]),
    (["grade", "slopes", "a", "--locale", "fr"], ["--locale", "fr", "en", "zh"]),
    (["batch", "slopes", ".", "-j", "0"], ["--jobs", "0"]), (["batch", "slopes", ".", "-j", "many"], ["many"]),
], ids=lambda value: " ".join(value)[:30])  # fmt: skip
def test_wrong_usage_exits_with_2_and_names_what_is_wrong(run, engine, locale, arguments, named):
    result = run(*arguments, locale=locale)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert all(word in result.stderr for word in named)
    assert "--help" in result.stderr
    assert ("详见" in result.stderr) is (locale == "zh")
    assert not engine.calls


def test_wrong_usage_speaks_the_language_of_the_command_line(run, monkeypatch):
    from grader.cli import main

    monkeypatch.setattr("sys.argv", ["grader", "grade", "--locale", "zh"])
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    with pytest.raises(SystemExit) as ending:
        main.main()
    assert ending.value.code == 2


@BOTH
def test_an_unknown_pack_lists_the_packs_and_the_closest(run, answer, locale):
    near = run("grade", "slope", answer, locale=locale)
    far = run("grade", "integrals", answer, locale=locale)

    assert (near.exit_code, far.exit_code) == (2, 2)
    assert near.stderr.count("slopes") == 2
    assert far.stderr.count("slopes") == 1
    assert ("练习" in far.stderr) is (locale == "zh")


def test_a_folder_that_is_no_pack_is_told_apart_from_an_unknown_id(run, answer, tmp_path):
    result = run("grade", tmp_path, answer, width=500)

    assert result.exit_code == 2
    assert "pack.toml" in result.stderr


def test_without_any_pack_the_variable_to_set_is_named(run, answer, monkeypatch):
    monkeypatch.setenv("GRADER_EXERCISES", "/nowhere-at-all")

    assert "GRADER_EXERCISES" in run("grade", "slopes", answer).stderr


@BOTH
def test_a_missing_file_is_named_with_the_nearest_one(run, answer, locale):
    result = run("grade", "slopes", answer.with_name("answr.py"), locale=locale, width=1000)

    assert result.exit_code == 2
    assert "answr.py" in result.stderr
    assert str(answer) in result.stderr


def test_a_folder_in_place_of_a_file_points_to_batch_and_the_reverse(run, answer):
    folder, file = run("grade", "slopes", answer.parent, width=500), run("batch", "slopes", answer, width=500)

    assert (folder.exit_code, file.exit_code) == (2, 2)
    assert "grader batch slopes" in folder.stderr
    assert "grader grade slopes" in file.stderr


def test_a_folder_without_submissions_is_wrong_usage(run, tmp_path):
    (tmp_path / "empty").mkdir()

    assert run("batch", "slopes", tmp_path / "empty").exit_code == 2
    assert run("batch", "slopes", tmp_path / "nowhere").exit_code == 2


def test_a_setting_that_can_not_be_used_is_wrong_usage(run, answer, monkeypatch):
    monkeypatch.setenv("GRADER_SLOTS", "lots")
    result = run("grade", "slopes", answer)

    assert result.exit_code == 2
    assert "GRADER_SLOTS" in result.stderr


def test_no_command_shows_the_help_and_exits_with_2(run):
    result = run()

    assert result.exit_code == 2
    assert all(f"grader {name}" in result.stdout for name in ("grade PACK FILE", "batch PACK DIR", "doctor", "bench"))


@BOTH
@pytest.mark.parametrize("command", [(), ("grade",), ("batch",), ("doctor",), ("bench",)])
def test_help_is_wholly_in_one_language(run, locale, command):
    result = run(*command, "--help", locale=locale)

    assert result.exit_code == 0
    assert ("用法" in result.stdout, "Usage" in result.stdout) == (locale == "zh", locale == "en")
    assert ("选项" in result.stdout, "Options" in result.stdout) == (locale == "zh", locale == "en")
    assert "--help" in result.stdout


def test_the_version_is_told(run):
    result = run("--version")

    assert result.exit_code == 0
    assert result.stdout.startswith("grader ")


def test_control_codes_typed_as_arguments_do_not_reach_the_terminal(run):
    for arguments in (
        ["\x1b[2J"],
        ["grade", "\x1b[2J", "x"],
        ["grade", "slopes", "\x1b[2J"],
        ["batch", "slopes", "\x1b]0;"],
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "\x1b" not in result.stderr
