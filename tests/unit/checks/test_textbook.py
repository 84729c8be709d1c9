"""The textbook's f on vectors: its slope, and the gradients of it that a script took under names of its own."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import inputs
from grader.checks.code_hints import definitions
from grader.checks.functions import TEXTBOOK_SOURCE, fn
from grader.checks.references import grad
from grader.checks.textbook import (
    gradient,
    is_slope,
    names_a_non_leaf,
    rand_off_the_edges,
    slope,
    taken_gradients,
    the_textbooks_f,
    took_the_gradient,
    why_not_taken,
    why_wrong_gradient,
)
from tests.support.local_worlds import local_student

TEXTBOOK = fn(TEXTBOOK_SOURCE)
F = """
import torch
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else 100 * b
a = torch.tensor([1.0, -2.0, 4.0], requires_grad=True)
d = f(a)
"""


@pytest.fixture(autouse=True)
def seeded():
    inputs.reseed(5, "a_check")


def script(code):
    with local_student(F + code) as student:
        return student.script


@given(st.integers(0, 2**32), st.sampled_from([(1,), (3,), (2, 3)]))
def test_the_slope_in_closed_form_is_the_gradient_by_autodiff(seed, shape):
    inputs.reseed(seed, "property")
    a = rand_off_the_edges(*shape)
    assert torch.equal(gradient(a), grad(TEXTBOOK, a))
    assert torch.allclose(TEXTBOOK(a), slope(a) * a)
    assert slope(a) == slope(a.double())
    assert is_slope(slope(a))


@pytest.mark.parametrize(
    "a", [torch.zeros(3), torch.empty(0), torch.tensor([1.0, float("nan")]), torch.ones(2) * 1e-40]
)
def test_where_the_loop_would_not_end_there_is_no_slope(a):
    assert slope(a) is None
    assert gradient(a) is None


@pytest.mark.parametrize(
    "code",
    [
        "d.sum().backward()",
        "d.backward(torch.ones_like(d))",
        "for i in range(3):\n    d[i].backward(retain_graph=True)",
        "torch.autograd.grad(d.sum(), a)",
        "torch.autograd.functional.vjp(f, a, torch.ones(3))",
        "torch.autograd.functional.jacobian(f, a)",
        "torch.func.grad(lambda t: f(t).sum())(a)",
        "def main():\n    u = torch.rand(2, 3).double().requires_grad_()\n    f(u).sum().backward()\nmain()",
        "d.sum().backward()\na.grad.zero_()\nf(a).backward(torch.ones(3))",
        "u = torch.randn(90, 90, requires_grad=True)\nf(u).sum().backward()",
        "d.mean().backward()\na = torch.randn(2, 2, requires_grad=True)\nf(a).sum().backward()",
    ],
)
def test_the_gradient_is_found_however_it_was_taken(code):
    assert took_the_gradient(script(code))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("d.mean().backward()", "mean-not-sum"),
        ("d.sum().backward(retain_graph=True)\nd.sum().backward()", "accumulated"),
        ("for i in range(3):\n    f(a).sum().backward()", "accumulated"),
        ("d[0].backward()", "one-element-only"),
        ("d.backward(d.detach())", "wrong-gradient"),
        ("d.norm().backward()", "wrong-gradient"),
        ("d.backward()", "no-gradient"),
        ("a.grad = (d / a).detach()", "no-gradient"),
        ("d.sum().backwards()", "raised"),
        ("a = torch.tensor(3.0, requires_grad=True)\nf(a).backward()", "a-is-scalar"),
        ("x = torch.rand(5, requires_grad=True)\ntorch.sin(x).sum().backward()", "no-gradient"),
        ("a = torch.zeros(3, requires_grad=True)\nf(a)", "timeout"),
    ],
)
def test_what_a_script_did_instead_is_told(code, reason):
    run = script(code)
    assert not took_the_gradient(run)
    assert why_not_taken(run).code == reason


def test_under_a_mark_only_autodiff_follows():
    with local_student(F + "d.sum().backward()") as student, student.marked() as mark:
        assert took_the_gradient(student.script, mark)
        assert not took_the_gradient(student.script)


def test_leaves_of_other_exercises_are_not_taken_for_f():
    (sine, own) = taken_gradients(
        script("x = torch.rand(5, requires_grad=True)\ntorch.sin(x).sum().backward()\nd.sum().backward()").runs
    )
    assert (sine.of_f, sine.right()) == (False, False)
    assert (own.of_f, own.right(), own.name) == (True, True, "a")


def test_how_often_a_gradient_was_added_up_is_in_the_feedback():
    want = torch.full((3,), 512.0, dtype=torch.float64)
    reason = why_wrong_gradient(3 * want, want, repeats=3)
    assert (reason.code, reason.detail["ratio"]) == ("accumulated", 3.0)


def test_a_tensor_with_a_history_is_told_from_a_leaf():
    with local_student(F + "b = a * 2") as student:
        assert names_a_non_leaf(student, "b")
        assert not names_a_non_leaf(student, "a")
        assert not names_a_non_leaf(student, "missing")


@pytest.mark.parametrize(
    ("later", "slope_found"),
    [
        ("def f(x):\n    return torch.sin(x)", True),
        ("f = lambda x: x ** 2", True),
        ("", True),
        # A single f with other numbers is what the student handed in; so is one that was written twice.
        ("def f(a):\n    b = a * 2\n    while b.norm() < 10:\n        b = b * 2\n    return b", False),
    ],
)
def test_an_f_that_went_to_another_exercise_is_put_back(later, slope_found):
    a = torch.tensor([0.3, 0.4, 1.2])
    ask = "\ndef ask(a):\n    return f(a)\n"
    with local_student(F + ask + later) as student, the_textbooks_f(student):
        found = student.ask(a).returns(slope(a) * a)
    assert found is slope_found


def test_an_f_that_is_defined_once_stays_whatever_it_is():
    with local_student("def f(x):\n    return x ** 2\n") as student, the_textbooks_f(student):
        assert student.f(torch.tensor([2.0])).returns(torch.tensor([4.0]))


def test_definitions_are_counted_in_files_cells_and_notebooks():
    assert definitions("def f(a): pass\nf = 3\ng = 1", "f") == 2
    assert definitions("# %%\ndef f(a): pass\n# %%\nnot python at all\n# %%\nf = 3\n", "f") == 2
    assert definitions('{"cells": [{"cell_type": "code", "source": ["%time 1\\n", "def f(a): pass"]}]}', "f") == 1
    assert definitions("f(", "f") == 0
