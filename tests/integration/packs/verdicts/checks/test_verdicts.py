"""Checks that end in every way."""

import pytest

from grader.checks.api import close, leaf, put_up_for_review, rand


def test_answer(student):
    assert student.answer().value == 42, "wrong-value"


def test_answer_again(student):
    assert student.answer().value == 42, "wrong-value"


def test_gradient(student):
    x = rand(3)
    assert close(student.gradient(leaf(x)).value, 2 * x), "wrong-gradient"


def test_greeting(student):
    assert isinstance(student.get("hello"), str)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_each(student, n):
    call = student.double(n)
    assert call.value == 2 * n, "wrong-value"
    if call.stdout:
        put_up_for_review("unconfirmed-autodiff")
