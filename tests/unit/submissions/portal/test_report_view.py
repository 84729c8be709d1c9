"""Who sees what of a report: nothing of a hidden check leaves the presenter before its time, nor its name ever."""

import dataclasses
import json
from types import SimpleNamespace

import pytest

from grader.report import CheckResult, Plot, Report, StudentError
from submissions.portal.report_view import Reader, report_view

STUDENT, LATER, STAFF = Reader("en"), Reader("en", open=True), Reader("en", staff=True)
SECRET = "SECRET"


def say(key, **blanks):
    return f"{key} {sorted(blanks.values())}"


def words(text):
    return {"en": text, "zh": f"{text}（中）"}


def check(name, verdict="passed", points=1.0, visibility="public", **others):
    return CheckResult(name, words(f"Title of {name}"), verdict, points, 2.0, visibility, **others)


def report(*checks, **others):
    return Report("demo", "1", "0.1", "2.13", "graded", 3.0, 9.0, 7, tuple(checks), **others)


def everything(view):
    return json.dumps(dataclasses.asdict(view), default=str, ensure_ascii=False)


SECRETIVE = {
    "diagnosis": "not-zeroed",
    "feedback": words(f"{SECRET} feedback"),
    "hint": words(f"{SECRET} hint"),
    "detail": {"got": SECRET, "expected": SECRET},
    "plot": Plot(((0.0, 77.0), (1.0, 78.0)), ((0.0, 77.0), (1.0, 78.0))),
    "inputs": "shown",
}
MIXED = report(
    check("open_one", points=2.0),
    check("later_one", "failed", 0.0, "after_deadline", **SECRETIVE),
    check("never_one", "failed", 1.0, "hidden", **SECRETIVE),
    fault=f"{SECRET} fault",
)


def test_before_the_results_open_only_public_checks_show_and_the_others_are_counted():
    view = report_view(MIXED, STUDENT, say)
    assert [one.name for one in view.checks] == ["open_one"]
    assert (view.waiting.count, view.waiting.max_points, view.waiting.earned) == (1, 2.0, None)
    assert (view.hidden.count, view.hidden.max_points, view.hidden.earned) == (1, 2.0, None)
    for secret in (SECRET, "later_one", "never_one", "not-zeroed", "77"):
        assert secret not in everything(view)


def test_once_they_are_open_a_hidden_check_stays_nameless_and_gives_its_points():
    view = report_view(MIXED, LATER, say)
    assert [one.name for one in view.checks] == ["open_one", "later_one"]
    assert (view.waiting.count, view.hidden.count, view.hidden.earned) == (0, 1, 1.0)
    assert "never_one" not in everything(view)
    assert f"{SECRET} fault" not in everything(view)


def test_staff_see_everything():
    view = report_view(MIXED, STAFF, say)
    assert [one.name for one in view.checks] == ["open_one", "later_one", "never_one"]
    assert view.fault == f"{SECRET} fault"


def test_a_skipped_check_does_not_name_the_hidden_one_it_waits_for():
    first = check("never_one", "failed", 0.0, "hidden")
    then = check("open_one", "skipped", 0.0, feedback=words("Not checked yet: first fix “Title of never_one”."))
    (view,) = report_view(report(first, then), STUDENT, say).checks
    assert view.feedback == ("portal.skipped_by_unseen []",)
    assert "never_one" in report_view(report(first, then), STAFF, say).checks[1].feedback[0]


@pytest.mark.parametrize(("reader", "shows"), [(STUDENT, False), (LATER, False), (STAFF, True)])
def test_withheld_inputs_are_not_drawn(reader, shows):
    plot = Plot(((0.0, 1.0), (1.0, 2.0)), ((0.0, 1.0), (1.0, 2.0)))
    drawn = report(check("a", "failed", 0.0, plot=plot, inputs="withheld"))
    assert (report_view(drawn, reader, say).checks[0].chart is not None) is shows


def test_an_expected_value_shows_only_with_the_inputs_or_where_the_feedback_tells_it():
    detail = {"got": 1.23456, "expected": "42.5"}
    shown = check("a", "failed", 0.0, detail=detail, inputs="shown")
    withheld = check("a", "failed", 0.0, detail=detail, inputs="withheld")
    told = dataclasses.replace(withheld, feedback=words("Yours is 1.235; 42.5 was expected."))
    pairs = [(one.yours, one.expected) for one in report_view(report(shown, withheld, told), STUDENT, say).checks]
    assert pairs == [("1.235", "42.5"), ("", ""), ("1.235", "42.5")]


def test_a_mistake_that_fails_several_checks_is_explained_once():
    wrong = {"feedback": words("Same"), "hint": words("Hint"), "diagnosis": "not-zeroed"}
    views = report_view(report(check("a", "failed", 0.0, **wrong), check("b", "failed", 0.0, **wrong)), STUDENT, say)
    assert [one.said_above for one in views.checks] == [False, True]
    assert views.checks[0].diagnosis


@pytest.mark.parametrize(("points", "verdict"), [(2.0, "passed"), (0.5, "partial"), (0.0, "failed")])
def test_points_that_a_person_gave_replace_the_machines(points, verdict):
    given = SimpleNamespace(points=points, reason="Seen")
    (view,) = report_view(report(check("a", "failed", 0.0)), STUDENT, say, overrides={"a": given}).checks
    assert (view.points, view.verdict, view.given.reason) == (points, verdict, "Seen")


def test_the_cap_that_is_told_is_one_of_a_check_that_shows():
    passed = check("a", points=8.0)
    hidden = check("b", "failed", 0.0, "hidden", cap=3.0)
    public = check("c", "failed", 0.0, cap=5.0)
    assert report_view(report(passed, hidden), STUDENT, say).cap is None
    assert report_view(report(passed, hidden, public), STUDENT, say).cap.name == "c"
    assert report_view(report(passed, hidden), STAFF, say).cap.name == "b"


def test_a_check_that_broke_tells_why_to_staff_alone():
    broken = report(check("a", "broken", 0.0, detail={"fault": SECRET}, feedback=words("Ours")))
    assert SECRET not in everything(report_view(broken, LATER, say))
    assert report_view(broken, STAFF, say).checks[0].fault == SECRET


def test_a_report_speaks_one_language_and_keeps_the_students_own_run():
    error = StudentError("ValueError", "bad", None, 1, None, "x", "")
    graph = {"entry": "grad", "cell": None, "failed": False, "whole": True, "roots": [0]}
    graph["nodes"] = [{"name": "MulBackward0", "label": None, "nearer": []}]
    found = report(check("a"), errors=(error,), stdout="out", graphs=(graph,))
    view = report_view(found, Reader("zh"), say)
    assert view.checks[0].title == "Title of a（中）"
    assert (view.errors, view.stdout, len(view.graphs)) == ((error,), "out", 1)
