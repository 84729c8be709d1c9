"""The report: arithmetic of caps, both languages, and the way to JSON and back."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from grader.checks.review import sentences
from grader.report import (
    FOR_STAFF,
    SCHEMA,
    STATUSES,
    VERDICTS,
    CheckResult,
    Plot,
    Report,
    ReviewNote,
    StudentError,
    total,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "report.md"


def check(verdict="passed", points=1.0, **extra):
    title = {"en": "Title", "zh": "标题"}
    return CheckResult("name", title, verdict, points, 2.0, "public", **extra)


def report(**extra):
    plot = Plot(yours=((0.0, 1.0),), expected=((0.0, 2.0), (1.0, 3.0)))
    checks = (check(plot=plot, feedback={"en": "Good", "zh": "好"}), check("failed", 0.0, detail={"factor": 2}))
    error = StudentError("ValueError", "bad", 1, 2, None, "x = 1", "Traceback", {"en": "Do", "zh": "做"})
    note = ReviewNote("frames", {"en": "Look", "zh": "看"}, cell=1, line=2, source="x = 1")
    known = {"checks": checks, "errors": (error,), "review": (note,), **extra}
    return Report("demo", "1", "0.1", "2.13", "graded", 1.0, 4.0, 7, **known)


def test_a_cap_binds_only_when_its_check_ran_and_did_not_pass():
    earned = [check(points=3.0), check(points=4.0)]
    assert total([*earned, check("passed", 2.0, cap=5)]) == 9.0
    assert total([*earned, check("failed", 0.0, cap=5)]) == 5.0
    assert total([*earned, check("timed_out", 0.0, cap=5)]) == 5.0
    assert total([*earned, check("skipped", 0.0, cap=5)]) == 7.0
    assert total([*earned, check("broken", 0.0, cap=5)]) == 7.0


def test_a_record_keeps_everything_through_json():
    assert Report.from_record(json.loads(json.dumps(report().to_record()))) == report()


def test_a_record_of_a_time_without_review_is_understood():
    record = report().to_record()
    del record["review"]
    assert Report.from_record(record) == report(review=())


@pytest.mark.parametrize(("locale", "word"), [("en", "Look"), ("zh", "看")])
def test_a_student_is_not_shown_what_is_for_staff(locale, word):
    told = report(fault="the pack is broken").to_json(locale, for_student=True)
    assert set(report().to_json(locale)) - set(told) == set(FOR_STAFF) == {"review", "fault"}
    assert word not in json.dumps(told, ensure_ascii=False)
    assert "the pack is broken" not in json.dumps(told)
    assert report().to_json(locale)["review"][0]["text"] == word


def test_graphs_are_kept_and_a_record_from_before_there_were_any_is_read():
    graph = {"entry": "grad", "cell": None, "failed": False, "whole": True, "roots": [0], "nodes": []}
    record = report(graphs=(graph,)).to_record()
    assert Report.from_record(json.loads(json.dumps(record))).graphs == (graph,)
    del record["graphs"]
    assert Report.from_record(record).graphs == ()


def test_a_record_of_another_schema_is_refused():
    with pytest.raises(ValueError, match="schema 2"):
        Report.from_record({**report().to_record(), "schema": 2})


@pytest.mark.parametrize(("locale", "word", "other"), [("en", "Good", "好"), ("zh", "好", "Good")])
def test_the_public_form_speaks_one_language(locale, word, other):
    text = json.dumps(report().to_json(locale), ensure_ascii=False)
    assert word in text
    assert other not in text
    assert report().to_json(locale)["schema"] == SCHEMA


def test_every_field_verdict_and_status_is_documented():
    document = DOCUMENT.read_text(encoding="utf-8")
    names = {field.name for cls in (Report, CheckResult, StudentError, Plot, ReviewNote) for field in fields(cls)}
    missing = [name for name in sorted(names | set(VERDICTS) | set(STATUSES)) if f"`{name}`" not in document]
    assert missing == []


def test_every_code_of_a_review_is_documented():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [code for code in sentences() if f"| `{code}` |" not in document] == []


def test_the_documented_example_is_a_report():
    example = DOCUMENT.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    public = json.loads(example)
    assert set(public) == set(report().to_json("en"))
    assert {key for entry in public["checks"] for key in entry} == set(report().to_json("en")["checks"][0])
