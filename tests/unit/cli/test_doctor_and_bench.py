"""The doctor's page and exit status, the bench's table and JSON; both over findings that were made up."""

import json
from dataclasses import dataclass

import pytest

from grader.doctor import CAUTION, FAIL, PASS, Finding
from tests.support.fake_engine import both


@pytest.fixture
def findings(monkeypatch):
    found = []
    monkeypatch.setattr("grader.doctor.examine", lambda _make: iter(found))
    return found


@pytest.mark.parametrize(("levels", "exit_code"), [
    ([PASS], 0), ([PASS, CAUTION], 0), ([CAUTION, FAIL, PASS], 4), ([FAIL, FAIL], 4),
])  # fmt: skip
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_only_a_fail_makes_the_doctor_s_status_4(run, findings, levels, exit_code, locale):
    findings += [Finding(level, both("Point"), both("reason"), both("repair it")) for level in levels]

    result = run("doctor", locale=locale)

    assert result.exit_code == exit_code
    assert [result.stdout.count(level) for level in (PASS, CAUTION, FAIL)] == [
        levels.count(level) for level in (PASS, CAUTION, FAIL)
    ]


def test_the_doctor_tells_reason_and_repair_in_the_asked_language(run, findings):
    findings.append(Finding(FAIL, both("Isolation", "隔离"), both("no rung", "无可用"), both("Do this.", "这样做。")))

    english, chinese = run("doctor").stdout, run("doctor", "--locale", "zh").stdout

    assert all(part in english for part in ("Isolation", "no rung", "Repair: Do this."))
    assert all(part in chinese for part in ("隔离", "无可用", "修复方法：这样做。"))


def test_a_long_text_is_wrapped_and_never_cut(run, findings):
    findings.append(Finding(CAUTION, both("名"), both("很" * 100), both("修" * 100)))

    for locale in ("en", "zh"):
        shown = run("doctor", locale=locale, width=60).stdout
        assert shown.count("很") == 100
        assert shown.count("修") >= 100
        assert "…" not in shown


def test_the_repair_of_what_is_well_is_not_shown(run, findings):
    findings.append(Finding(PASS, both("Memory"), both("enough"), both("buy some")))

    assert "buy some" not in run("doctor").stdout


@dataclass(frozen=True)
class FakeMeasure:
    name: dict[str, str]
    value: float
    unit: str
    goal: str | None = None
    met: bool | None = None
    samples: int = 1
    spread: tuple[float, float] | None = None


MEASURES = [
    FakeMeasure(
        {"en": "whole verdict, warm", "zh": "whole verdict, warm"}, 41.25, "ms", "<= 60", True, 30, (38.0, 52.5)
    ),
    FakeMeasure({"en": "cold pytest / warm verdict", "zh": "cold pytest / warm verdict"}, 55.2, "x", ">= 40", True),
    FakeMeasure({"en": "a child adds", "zh": "a child adds"}, 31.0, "MB", "<= 20", False),
    FakeMeasure({"en": "the student's code alone", "zh": "the student's code alone"}, 3.5, "ms"),
]


@pytest.fixture
def measures(monkeypatch):
    monkeypatch.setattr("grader.cli.bench.measure", lambda _settings, _progress: MEASURES)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_bench_shows_ratios_first_and_goals_missed(run, measures, locale):
    result = run("bench", locale=locale)

    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert "cold pytest" in rows[1]
    assert "✗" in next(row for row in rows if "a child adds" in row)
    assert all(part in result.stdout for part in ("41.25 ms", "<= 60", "38 - 52.5 (30)"))
    assert "2" in rows[-1]
    assert "3" in rows[-1]


def test_a_narrow_bench_keeps_the_figures_and_leaves_out_the_spread(run, measures):
    shown = run("bench", width=60).stdout

    assert "41.25 ms" in shown
    assert "52.5" not in shown
    assert max(map(len, shown.splitlines())) <= 60


def test_the_bench_s_json_holds_every_figure_and_the_machine(run, measures):
    found = json.loads(run("bench", "--json").stdout)

    assert found["schema"] == 1
    assert set(found["machine"]) == {"system", "python", "processors"}
    assert [(m["name"], m["value"], m["met"]) for m in found["measures"]] == [
        (m.name, m.value, m.met) for m in MEASURES
    ]
