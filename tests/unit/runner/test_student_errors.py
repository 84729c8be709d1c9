"""The errors a student reads: his own line, the right cell, and the character that stands in the way."""

import json

import pytest

from grader.runner.student_errors import student_errors
from grader.wire.messages import CellOutcome, Problem, RunReport


def run_with(*problems, label=None):
    cells = tuple(CellOutcome(i, label, (1, 9), "failed", problem) for i, problem in enumerate(problems))
    return RunReport(cells, (), (), 0, (), (), "", "", False, (), (), ())


def problem(kind="ValueError", line=1, column=None, text=None, message="bad"):
    return Problem((kind, "Exception"), message, 0, line, column, text, "")


@pytest.mark.parametrize(
    ("text", "column", "found", "wanted"),
    [
        ("def f（x):", 6, "（", "("),
        ("print(“hi”)", 7, "“", '"'),
        ("x = 1；y = 2", 6, "；", ";"),
        ("x，y = 1, 2", 2, "，", ","),
        ("if x：", 5, "：", ":"),
        ("f(x)。", None, "。", "."),
        ("x ＝ 3", 3, "＝", "="),
    ],
)
def test_full_width_punctuation_is_named_with_its_ascii_twin(text, column, found, wanted):
    (error,) = student_errors(run_with(problem("SyntaxError", 3, column, text)), text, "py")
    for locale in ("en", "zh"):
        assert f"“{found}”" in error.advice[locale]
        assert f"“{wanted}”" in error.advice[locale]
        assert "3" in error.advice[locale]


def test_an_invisible_character_is_named_by_its_number():
    (error,) = student_errors(run_with(problem("SyntaxError", 1, 2, "x\u200b = 1")), "", "py")
    assert "U+200B" in error.advice["en"]
    (error,) = student_errors(run_with(problem("SyntaxError", 1, 2, "x\u00a0= 1")), "", "py")
    assert "U+00A0" in error.advice["zh"]


def test_chinese_words_are_not_blamed_for_a_syntax_error():
    (error,) = student_errors(run_with(problem("SyntaxError", 1, 4, "这是 我的 答案", "invalid syntax")), "", "py")
    assert "invalid syntax" in error.advice["en"]


def test_the_line_is_the_students_own_in_a_file_and_in_a_notebook():
    (error,) = student_errors(run_with(problem(line=2)), "a = 1\nb = oops\n", "py")
    assert (error.source, error.cell) == ("b = oops", None)
    cells = [{"cell_type": "markdown", "source": "#"}, {"cell_type": "code", "source": ["x = 1\n", "y = oops"]}]
    (error,) = student_errors(run_with(problem(line=2)), json.dumps({"cells": cells}), "ipynb")
    assert (error.source, error.cell) == ("y = oops", 1)


def test_a_line_number_that_is_not_in_the_file_does_no_harm():
    (error,) = student_errors(run_with(problem(line=10**9)), "x = 1", "py")
    assert error.source is None
