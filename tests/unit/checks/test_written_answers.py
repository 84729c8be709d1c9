"""What a student typed in beside his file stands in for what the file does not say, for its own check only."""

import pytest

from grader.checks.student import Student
from grader.errors import ChildTimedOut
from tests.unit.checks.reports import FakeWorlds, problem, run_report

WRITTEN = "The saved tensors were freed."
IN_THE_FILE = "Kept in the file itself."


def explanation(report=None, values=None, check="explanation", written=WRITTEN, run=None):
    worlds = FakeWorlds(report=report, values=values, written={"explanation": written})
    if run is not None:
        worlds.run = run
    return Student(worlds, 5, check).explanation


def test_what_was_written_beside_the_file_explains():
    assert explanation() == WRITTEN


def test_an_explanation_in_the_file_comes_first():
    report = run_report(names=[("explanation", "other")])
    assert explanation(report, {"explanation": IN_THE_FILE}) == IN_THE_FILE


def test_an_answer_counts_for_its_own_check_only():
    assert explanation(check="another_check") == ""


@pytest.mark.parametrize("written", ["", "  \n ", "see above"])
def test_a_word_or_two_beside_the_file_explain_nothing(written):
    assert explanation(written=written) == ""


def test_it_counts_where_the_file_is_no_python():
    assert explanation(run_report(problems=[problem("invalid syntax", "SyntaxError")])) == WRITTEN


def test_it_counts_where_the_file_never_ends():
    def never(_world):
        raise ChildTimedOut("deadline")

    assert explanation(run=never) == WRITTEN
    with pytest.raises(ChildTimedOut):
        explanation(run=never, written="")
