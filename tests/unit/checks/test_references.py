"""References: right to the last digits, confirmed by a second method, and refused where they can't be confirmed."""

import pytest
import torch

from grader.checks.functions import TEXTBOOK_SOURCE, fn
from grader.checks.references import grad, second_grad
from grader.errors import PackError


def test_the_gradient_is_that_of_the_closed_form():
    x = torch.tensor([[0.3, -1.2], [2.0, 0.7]])
    wide = x.double()
    want = 2 * wide * torch.cos(wide**2)
    assert torch.allclose(grad(fn("torch.sin(x**2)"), x), want, rtol=1e-12)


def test_the_second_derivative_is_that_of_the_closed_form():
    x = torch.tensor([0.3, -1.2, 2.0])
    assert torch.allclose(second_grad(fn("x**3"), x), 6 * x.double(), rtol=1e-12)
    assert torch.equal(second_grad(fn("3 * x"), x), torch.zeros(3, dtype=torch.float64))
    assert second_grad(fn("torch.abs(x)"), x).tolist() == [0.0, 0.0, 0.0]


def test_a_gradient_that_the_difference_does_not_confirm_is_refused():
    class Lie(torch.autograd.Function):
        @staticmethod
        def forward(_ctx, x):
            return x * 2

        @staticmethod
        def backward(_ctx, gradient):
            return gradient * 2.001

    with pytest.raises(PackError):
        grad(Lie.apply, torch.tensor([1.0, 2.0]))


def test_the_textbooks_control_flow_is_linear_in_each_branch():
    f = fn(TEXTBOOK_SOURCE)
    for x in (torch.tensor([0.3, 1.2]), torch.tensor([-0.3, -1.2])):
        assert torch.allclose(grad(f, x), (f(x) / x).double(), rtol=1e-5)


def test_both_sides_build_the_same_function():
    f = fn("x * math.pi")
    assert torch.equal(eval(f.expression.source, {"torch": torch, "math": __import__("math")})(torch.ones(2)), f(torch.ones(2)))  # fmt: skip  # noqa: E501
