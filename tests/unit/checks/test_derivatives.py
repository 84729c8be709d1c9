"""Evidence that a derivative came out of autodiff: marks, what is behind detach(), and the mistakes with a name."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import inputs
from grader.checks.compare import close
from grader.checks.derivatives import (
    DetachedProbe,
    came_through_autodiff,
    detached_probe,
    follows_autodiff,
    is_full_hessian,
    lucky_difference,
    marked,
    marked_gently,
    why_not_the_derivative,
)
from grader.checks.functions import fn
from grader.checks.references import grad, second_grad
from tests.support.local_worlds import local_student

FUNCTIONS = [fn("x**3 - 2 * x"), fn("torch.sin(x) * torch.exp(-x / 2)"), fn("x / (1 + x**2)")]

AUTODIFF = """
import torch
def second(f, x):
    (g,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]
"""
STENCIL = """
def second(f, x):
    x, h = x.detach().double(), 1e-3
    return (-f(x + 2*h) + 16*f(x + h) - 30*f(x) + 16*f(x - h) - f(x - 2*h)) / (12 * h * h)
"""
DIFFERENCE_OF_GRADIENTS = """
import torch
def first(f, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(f(x).sum(), x)[0]
def second(f, x):
    return (first(f, x.double() + 1e-5) - first(f, x.double() - 1e-5)) / 2e-5
"""
LUCKY = """
import torch
def first(f, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(f(x).sum(), x)[0]
def second(f, x):
    return (first(f, x + 4e-3) - first(f, x - 4e-3)) / 8e-3
"""
GIVES_UP = (
    AUTODIFF
    + """
def second_with_a_limit(f, x):
    h = second(f, x)
    if h.abs().max() > LIMIT:
        raise ValueError("too large")
    return h
"""
)


@pytest.fixture(autouse=True)
def seeded():
    inputs.reseed(5, "a_check")


def draw(*shape):
    return inputs.rand(*shape)


def test_a_value_is_marked_by_any_power_up_to_the_fourth():
    want = torch.tensor([1.0, -2.0], dtype=torch.float64)
    assert all(marked(1.7**passes * want, want, 1.7) for passes in (1, 2, 3, 4))
    assert not marked(want, want, 1.7)
    assert not marked(1.7**5 * want, want, 1.7)
    assert not marked(None, want, 1.7)


def test_a_gentle_mark_is_seen_in_float32_and_not_where_there_is_none():
    want, mark = torch.full((3,), 51200.0, dtype=torch.float64), 1 + 6e-6
    assert marked_gently((want.float() * mark), want, mark)
    assert torch.allclose(want.float() * mark, want.float())
    assert not marked_gently(want.float(), want, mark)
    assert not marked_gently(torch.ones(2), want, mark)


def test_the_probe_knows_what_autodiff_and_differences_make_of_it():
    probe = DetachedProbe(torch.tensor([0.7, 1.2]), 2.5)
    x = probe.x.double().requires_grad_()
    (first,) = torch.autograd.grad(probe.function(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert torch.allclose(first, probe.by_autodiff(1))
    assert torch.allclose(second, probe.by_autodiff(2))

    def slope(point):
        leaf = point.detach().requires_grad_()
        return torch.autograd.grad(probe.function(leaf).sum(), leaf)[0]

    h, y, at = 1e-4, probe.function, probe.x.double()
    (of_values,) = probe.by_differences(1)
    assert torch.allclose((y(at + h) - y(at - h)) / (2 * h), of_values, atol=1e-5)
    of_values, of_gradients = probe.by_differences(2)
    assert torch.allclose((y(at + h) - 2 * y(at) + y(at - h)) / h**2, of_values, atol=1e-4)
    assert torch.allclose((slope(at + h) - slope(at - h)) / (2 * h), of_gradients, atol=1e-5)


@pytest.mark.parametrize("order", [1, 2])
def test_the_answers_to_every_probe_lie_far_apart(order):
    for _ in range(50):
        probe = detached_probe()
        for other in probe.by_differences(order):
            assert (probe.by_autodiff(order) - other).abs().max() > 0.4


@pytest.mark.parametrize(("source", "through"), [(AUTODIFF, True), (STENCIL, False), (DIFFERENCE_OF_GRADIENTS, False)])
def test_a_second_derivative_with_right_values_is_told_by_where_it_came_from(source, through):
    function, x = FUNCTIONS[1], draw(5)
    want = second_grad(function, x)
    with local_student(source) as student:
        assert close(student.second(function, x).raw, want)
        assert came_through_autodiff(student, "second", function, x, want, order=2) is through
        assert follows_autodiff(student, "second", 2) is through


def test_code_that_gives_up_where_a_mark_is_about_is_judged_by_the_probe():
    function, x = FUNCTIONS[1], draw(5)
    want = second_grad(function, x)
    # The probe's own second derivative is at most 6 * 1.4.
    source = f"LIMIT = {max(9.0, 1.2 * float(want.abs().max()))}\n" + GIVES_UP
    with local_student(source) as student:
        with student.marked(9.0):
            assert student.second_with_a_limit(function, x).raised is not None
        assert follows_autodiff(student, "second_with_a_limit", 2)


def test_a_difference_with_a_lucky_step_is_noticed_and_autodiff_never_taken_for_one():
    for source, lucky in ((LUCKY, True), (AUTODIFF, False)):
        with local_student(source) as student:
            found = []
            for function in FUNCTIONS:
                x = draw(6)
                want = second_grad(function, x)
                found.append(lucky_difference(student, student.second(function, x), want, 2))
            assert any(found) is lucky


def test_a_rough_difference_is_called_one():
    rough = LUCKY.replace("4e-3", "3e-1").replace("8e-3", "6e-1")
    function, x = FUNCTIONS[1], draw(5)
    want = second_grad(function, x)
    with local_student(rough) as student:
        reason = why_not_the_derivative(student, student.second(function, x), want, order=2, otherwise="wrong-value")
    assert reason.code == "finite-difference"
    assert reason.detail["error"] > 0


def test_a_full_hessian_is_known_by_its_diagonal():
    diagonal = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    assert is_full_hessian(torch.diag(diagonal.flatten()).reshape(2, 2, 2, 2), diagonal)
    assert not is_full_hessian(torch.ones(2, 2, 2, 2), diagonal)
    assert not is_full_hessian(diagonal, diagonal)


@given(st.integers(0, 2**32), st.sampled_from(FUNCTIONS), st.sampled_from([(5,), (2, 3), ()]))
def test_autodiff_in_float32_always_passes_and_an_error_of_one_in_two_thousand_never(seed, function, shape):
    inputs.reseed(seed, "property")
    x = draw(*shape)
    leaf = x.clone().requires_grad_()
    (first,) = torch.autograd.grad(function(leaf).sum(), leaf, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), leaf)
    for got, want in ((first, grad(function, x)), (second, second_grad(function, x))):
        assert close(got.detach(), want)
        # Where the derivative itself is next to nothing, one part in two thousand of it is a rounding.
        if float(want.abs().max()) > 0.05:
            assert not close(got.detach() * (1 + 1 / 2000), want)
