"""`grader check-packs` and `grader new-pack`: what they print, in which language, and which status they end with."""

import json

import pytest
from click.testing import CliRunner

from grader.cli.main import command_line
from tests.support.small_pack import DeclaredEngine, report_of, small_pack

BOTH = pytest.mark.parametrize("locale", ["en", "zh"])


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A pack in order, in the only folder of exercises."""
    monkeypatch.setenv("GRADER_EXERCISES", str(tmp_path / "packs"))
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setattr("grader.settings.installed_exercises", tuple)
    return small_pack(tmp_path / "packs")


@pytest.fixture
def check(small):
    """Run check-packs with an engine that grades as declared, but for `answers`."""

    def check(*arguments, locale="en", answers=None):
        engine = DeclaredEngine(small, answers)
        return CliRunner().invoke(command_line(locale), ["check-packs", *arguments], obj=engine)

    return check


@BOTH
def test_packs_in_order_exit_with_0(check, locale):
    result = check(locale=locale)

    assert result.exit_code == 0, result.output
    assert "small-pack" in result.stdout
    assert {"3/3", "4/4"} <= set(result.stdout.split())
    assert ("一切正常" if locale == "zh" else "All in order") in result.stdout


@BOTH
def test_a_complaint_names_the_file_and_exits_with_3(check, locale):
    result = check("small-pack", locale=locale, answers={"02_mean.py": lambda pack, seed: report_of(pack, {}, seed)})

    assert result.exit_code == 3
    assert "small-pack/wrong/02_mean.py" in result.stdout
    assert "mean-not-sum" in result.stdout
    assert ("需要改正" in result.stdout) is (locale == "zh")


def test_json_holds_the_table_and_the_complaints(check):
    wrong = {"02_mean.py": lambda pack, seed: report_of(pack, {}, seed)}
    record = json.loads(check("--json", answers=wrong).stdout)
    (pack,) = record["packs"]

    assert (record["schema"], record["in_order"], pack["pack"]) == (1, False, "small-pack")
    assert (pack["confusion"]["false_passes"], pack["confusion"]["false_fails"]) == (1, 0)
    assert {"file", "text", "seeds"} == set(pack["complaints"][0])
    assert pack["complaints"][0]["seeds"] == [2]
    (thorough,) = json.loads(check("--json", "--all-seeds", answers=wrong).stdout)["packs"]
    assert thorough["complaints"][0]["seeds"] == [1, 2, 3]


def test_mutants_that_keep_full_marks_are_shown_with_their_change(check):
    result = check("--mutants", answers={})
    assert result.exit_code == 3  # the engine takes every mutant for the solution

    assert "- return slope" in result.stdout
    assert "+ return (slope).detach()" in result.stdout
    assert "no graph that detach could cut off" in result.stdout.replace("\n      ", " ")


def test_mutants_are_not_tried_where_the_solution_itself_fails(check):
    failing = {"solution.py": lambda pack, seed: report_of(pack, {"gradient_is_right": "wrong-gradient"}, seed)}
    record = json.loads(check("--mutants", "--json", answers=failing).stdout)

    assert record["packs"][0]["mutation"] is None


def test_a_pack_that_can_t_be_read_is_told_beside_the_others(check, small):
    other = small.path.parent / "torn"
    other.mkdir()
    (other / "pack.toml").write_text("schema = 2\n", encoding="utf-8")
    result = check()

    assert result.exit_code == 3
    assert "torn/pack.toml" in result.stdout
    assert "4/4" in result.stdout


def test_nothing_is_started_where_lint_stops_already(check, small, monkeypatch):
    monkeypatch.setattr(DeclaredEngine, "start", lambda _engine: pytest.fail("started"))
    (small.path / "solution.py").unlink()
    result = check()

    assert result.exit_code == 3
    assert "small-pack/solution.py" in result.stdout


@BOTH
def test_an_unknown_pack_or_none_at_all_is_wrong_usage(check, small, monkeypatch, tmp_path, locale):
    unknown = check("smal-pack", locale=locale)
    monkeypatch.setenv("GRADER_EXERCISES", str(tmp_path / "nowhere"))
    none = check(locale=locale)

    assert (unknown.exit_code, none.exit_code) == (2, 2)
    assert "small-pack" in unknown.stderr
    assert "GRADER_EXERCISES" in none.stderr


@BOTH
def test_new_pack_makes_a_folder_and_says_what_is_next(tmp_path, locale):
    result = CliRunner().invoke(command_line(locale), ["new-pack", "chain-rule", "--into", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert (tmp_path / "chain-rule" / "checks" / "test_chain_rule.py").is_file()
    assert f"grader check-packs {tmp_path / 'chain-rule'}" in result.stdout
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and "{{" in path.read_text(encoding="utf-8")]


def test_new_pack_goes_to_exercises(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert CliRunner().invoke(command_line("en"), ["new-pack", "chain-rule"]).exit_code == 0
    assert (tmp_path / "exercises" / "chain-rule" / "pack.toml").is_file()


@BOTH
@pytest.mark.parametrize("name", ["Chain", "chain rule", "../chain", "-x-", "chain--rule", "链", "a" * 80])
def test_new_pack_refuses_a_name_that_is_no_id(tmp_path, locale, name):
    result = CliRunner().invoke(command_line(locale), ["new-pack", "--into", str(tmp_path), "--", name])

    assert result.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_new_pack_touches_nothing_that_is_there(tmp_path):
    (tmp_path / "chain-rule").mkdir()
    result = CliRunner().invoke(command_line("en"), ["new-pack", "chain-rule", "--into", str(tmp_path)])

    assert result.exit_code == 2
    assert not list((tmp_path / "chain-rule").iterdir())
