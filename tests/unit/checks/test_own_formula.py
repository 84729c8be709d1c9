"""Formulas and differences: what follows g where g was bent beside x, and what is only imprecise."""

import pytest

from grader.checks import review
from grader.checks.own_formula import why_not_a_formula
from grader.checks.own_function import OwnFunction
from tests.support.local_worlds import local_student

G = """
import torch
def g(x):
    return x ** 3 if x.sum() > 0 else -3 * x
examples = [torch.tensor([1.0, 2.0]), torch.tensor([-1.0, -2.0])]
"""
DIFFERENCE = "z = x.detach().double(); return ({0}(z + {1}) - {0}(z - {1})) / (2 * {1})"


def outcome(body, more="", source=G):
    review.take()
    with local_student(source + more + f"\ndef analytic_grad(x):\n    {body}\n") as student:
        reason = why_not_a_formula(student, OwnFunction(student), "analytic_grad")
    return reason and reason.code, [finding.code for finding in review.take()]


@pytest.mark.parametrize(
    "body",
    [
        "return 3 * x ** 2 if x.sum() > 0 else torch.full_like(x, -3.0)",
        "return 3 * x ** 2 if x.sum() > 0 else g(x) / x",
        "return 3 * g(x) / x if x.sum() > 0 else g(x) / x",
        "return 3 * g(2 * x) / (8 * x) if x.sum() > 0 else g(2 * x) / (2 * x)",
        "x = x.float(); return 3 * x ** 2 if x.sum() > 0 else torch.full_like(x, -3.0)",
        "x = x.detach().numpy(); return 3 * x ** 2 if x.sum() > 0 else 0 * x - 3",
        "g(x + 1e-4); return 3 * x ** 2 if x.sum() > 0 else torch.full_like(x, -3.0)",
        "return 3 * x ** 2 if g(x * 1.001).sum() > 0 and x.sum() > 0 else torch.full_like(x, -3.0)",
    ],
)
def test_a_formula_is_left_in_peace_even_if_it_calls_g(body):
    assert outcome(body) == (None, [])


@pytest.mark.parametrize("step", ["1e-3", "1e-5", "2**-20", "torch.tensor(1e-6)"])
def test_a_difference_follows_the_bend_whatever_its_step(step):
    assert outcome(DIFFERENCE.format("g", step))[0] == "finite-difference"


def test_a_difference_point_by_point_follows_too():
    source = G.replace("if x.sum() > 0", "if x > 0").replace("[1.0, 2.0]", "1.0").replace("[-1.0, -2.0]", "-1.0")
    body = "z = float(x); return torch.tensor((float(g(torch.tensor(z + 1e-2))) - float(g(torch.tensor(z)))) / 1e-2)"
    assert outcome(body, source=source)[0] == "finite-difference"


def test_a_g_that_calls_itself_is_bent_only_as_a_whole():
    source = G.replace("return x ** 3 if", "return g(0.98 * x) if x.norm() > 1 else x ** 2 if")
    assert outcome("return 2 * g(x) / x if x.sum() > 0 or x.norm() > 1 else torch.full_like(x, -3.0)", source=source)[0] is None  # fmt: skip  # noqa: E501


def test_a_copy_under_another_name_is_bent_as_well():
    copy = "def h(x):\n    return x ** 3 if x.sum() > 0 else -3 * x"
    assert outcome(DIFFERENCE.format("h", "1e-4"), copy)[0] == "finite-difference"


def test_a_copy_out_of_reach_is_put_before_the_instructor():
    inner = "h = lambda x: x ** 3 if x.sum() > 0 else -3 * x; "
    assert outcome(inner + DIFFERENCE.format("h", "1e-4")) == (None, ["perhaps-a-difference"])


def test_code_that_stops_where_g_is_bent_is_not_accused():
    check = "a = 3 * x ** 2 if x.sum() > 0 else torch.full_like(x, -3.0)\n    z = x.detach().double()\n    d = (g(z + 1e-6) - g(z - 1e-6)) / 2e-6\n    if not torch.allclose(d, a.double(), rtol=1e-3): raise ValueError\n    return a"  # noqa: E501
    assert outcome(check) == (None, [])
