"""The mark: 27 ways to compute a cosine. What went through automatic differentiation carries the factor, no other."""

import math
import warnings

import numpy as np
import pytest
import torch
import torch.autograd.forward_ad as forward
from torch.autograd import functional
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap
from torch.utils.checkpoint import checkpoint

from grader.sandbox import autograd_log
from tests.support.recording import recorder

MARK = 3.25
POINTS = torch.linspace(0.1, 3.0, 9, dtype=torch.float64)
COS = POINTS.cos()


@pytest.fixture(autouse=True, scope="module")
def wraps():
    autograd_log.install()
    with warnings.catch_warnings():
        # The first dual number makes torch compile its rules with torch.jit, which says it is deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        dual_numbers()


def leaf():
    return POINTS.clone().requires_grad_()


def backward_of_the_sum():
    x = leaf()
    x.sin().sum().backward()
    return x.grad


def backward_with_ones():
    x = leaf()
    y = x.sin()
    y.backward(torch.ones_like(y))
    return x.grad


def functions_of_the_package():
    x = leaf()
    torch.autograd.backward([x.sin().sum()])
    return x.grad


def autograd_grad():
    x = leaf()
    return torch.autograd.grad(x.sin().sum(), x)[0]


def grad_with_upstream():
    x = leaf()
    return torch.autograd.grad(x.sin(), x, grad_outputs=torch.ones(9, dtype=torch.float64))[0]


def a_batch_of_upstreams():
    x = leaf()
    eye = torch.eye(9, dtype=torch.float64)
    return torch.autograd.grad(x.sin(), x, eye, is_grads_batched=True)[0].diagonal()


def one_point_at_a_time():
    slopes = []
    for value in POINTS.tolist():
        x = torch.tensor(value, dtype=torch.float64, requires_grad=True)
        torch.sin(x).backward()
        slopes.append(x.grad)
    return torch.stack(slopes)


def one_output_at_a_time():
    x = leaf()
    y = x.sin()
    for i in range(len(y)):
        y[i].backward(retain_graph=True)
    return x.grad


def func_grad():
    return vmap(grad(torch.sin))(POINTS)


def func_vjp():
    return vjp(torch.sin, POINTS)[1](torch.ones_like(POINTS))[0]


def func_jvp():
    return jvp(torch.sin, (POINTS,), (torch.ones_like(POINTS),))[1]


def func_jvp_as_two_vjps():
    pull = vjp(torch.sin, POINTS)[1]
    ones = torch.ones_like(POINTS)
    return vjp(lambda upstream: pull(upstream)[0], ones)[1](ones)[0]


def func_jacrev():
    return jacrev(torch.sin)(POINTS).diagonal()


def func_jacfwd():
    return jacfwd(torch.sin)(POINTS).diagonal()


def dual_numbers():
    with forward.dual_level():
        return forward.unpack_dual(torch.sin(forward.make_dual(POINTS, torch.ones_like(POINTS)))).tangent


def functional_jacobian():
    return functional.jacobian(torch.sin, POINTS).diagonal()


def functional_jacobian_in_one_go():
    return functional.jacobian(torch.sin, POINTS, vectorize=True).diagonal()


def functional_jacobian_forward():
    return functional.jacobian(torch.sin, POINTS, vectorize=True, strategy="forward-mode").diagonal()


def functional_vjp():
    return functional.vjp(torch.sin, POINTS, torch.ones_like(POINTS))[1]


def functional_jvp():
    return functional.jvp(torch.sin, POINTS, torch.ones_like(POINTS))[1]


def reentrant_checkpoint():
    x = leaf()
    checkpoint(torch.sin, x, use_reentrant=True).sum().backward()
    return x.grad


def derivative_of_an_own_series():
    x = leaf()
    y = sum((-1) ** k * x ** (2 * k + 1) / math.gamma(2 * k + 2) for k in range(15))
    y.sum().backward()
    return x.grad


class OwnSine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, upstream):
        return upstream * ctx.saved_tensors[0].cos()


def an_own_function():
    x = leaf()
    OwnSine.apply(x).sum().backward()
    return x.grad


class SineByAnInnerEngine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, upstream):
        with torch.enable_grad():
            x = ctx.saved_tensors[0].detach().requires_grad_()
            x.sin().backward(upstream)
        return x.grad


def a_function_that_runs_an_engine_of_its_own():
    x = leaf()
    SineByAnInnerEngine.apply(x).sum().backward()
    return x.grad


BY_DIFFERENTIATION = [
    backward_of_the_sum,
    backward_with_ones,
    functions_of_the_package,
    autograd_grad,
    grad_with_upstream,
    a_batch_of_upstreams,
    one_point_at_a_time,
    one_output_at_a_time,
    func_grad,
    func_vjp,
    func_jvp,
    func_jvp_as_two_vjps,
    func_jacrev,
    func_jacfwd,
    dual_numbers,
    functional_jacobian,
    functional_jacobian_in_one_go,
    functional_jacobian_forward,
    functional_vjp,
    functional_jvp,
    reentrant_checkpoint,
    derivative_of_an_own_series,
    an_own_function,
    a_function_that_runs_an_engine_of_its_own,
]


@pytest.mark.parametrize("way", BY_DIFFERENTIATION)
def test_a_derivative_carries_the_mark(way):
    with recorder(mark=MARK):
        found = way()
    torch.testing.assert_close(found, MARK * COS)


@pytest.mark.parametrize("way", BY_DIFFERENTIATION)
def test_without_a_mark_a_derivative_is_what_it_is(way):
    with recorder(mark=1.0):
        found = way()
    assert torch.equal(found, way())


@pytest.mark.parametrize("way", BY_DIFFERENTIATION)
def test_the_mark_and_the_record_of_operations_do_not_disturb_each_other(way):
    with recorder(mark=MARK, ops=True):
        found = way()
    torch.testing.assert_close(found, MARK * COS)


def finite_difference():
    return (torch.sin(POINTS + 1e-6) - torch.sin(POINTS - 1e-6)) / 2e-6


def phase_shift():
    return torch.sin(POINTS + math.pi / 2)


def numpy_gradient():
    fine = np.linspace(0.1, 3.0, 8 * 4000 + 1)
    return torch.from_numpy(np.gradient(np.sin(fine), fine)[::4000].copy())


def complex_step():
    return torch.sin(torch.complex(POINTS, torch.full_like(POINTS, 1e-20))).imag / 1e-20


def from_the_square():
    return torch.sqrt(1 - POINTS.sin() ** 2) * torch.sign(math.pi / 2 - POINTS)


def backward_ran_but_cosine_is_shown():
    backward_of_the_sum()
    return POINTS.cos()


@pytest.mark.parametrize(
    "way",
    [
        finite_difference,
        phase_shift,
        numpy_gradient,
        complex_step,
        from_the_square,
        backward_ran_but_cosine_is_shown,
    ],
)
def test_what_was_not_differentiated_carries_no_mark(way):
    with recorder(mark=MARK):
        found = way()
    torch.testing.assert_close(found, COS, rtol=1e-4, atol=1e-4)


def twice_by_grad():
    x = leaf()
    (first,) = torch.autograd.grad(x.sin().sum(), x, create_graph=True)
    return torch.autograd.grad(first.sum(), x)[0]


def twice_by_func():
    return vmap(grad(grad(torch.sin)))(POINTS)


def diagonal_of_func_hessian():
    return hessian(lambda x: x.sin().sum())(POINTS).diagonal()


def diagonal_of_functional_hessian():
    return functional.hessian(lambda x: x.sin().sum(), POINTS).diagonal()


def functional_hvp():
    return functional.hvp(lambda x: x.sin().sum(), POINTS, torch.ones_like(POINTS))[1]


def functional_vhp():
    return functional.vhp(lambda x: x.sin().sum(), POINTS, torch.ones_like(POINTS))[1]


def forward_over_reverse():
    return jvp(grad(lambda x: x.sin().sum()), (POINTS,), (torch.ones_like(POINTS),))[1]


def reverse_over_forward():
    x = leaf()
    with forward.dual_level():
        tangent = forward.unpack_dual(torch.sin(forward.make_dual(x, torch.ones_like(x)))).tangent
        return torch.autograd.grad(tangent.sum(), x)[0]


@pytest.mark.parametrize(
    "way",
    [
        twice_by_grad,
        twice_by_func,
        diagonal_of_func_hessian,
        diagonal_of_functional_hessian,
        functional_hvp,
        functional_vhp,
        forward_over_reverse,
        reverse_over_forward,
    ],
)
def test_a_second_derivative_carries_the_mark_twice(way):
    with recorder(mark=MARK):
        found = way()
    torch.testing.assert_close(found, -(MARK**2) * POINTS.sin())


def test_gradcheck_still_passes_under_a_mark():
    with recorder(mark=MARK):
        assert torch.autograd.gradcheck(torch.sin, leaf(), check_forward_ad=True)
        assert torch.autograd.gradgradcheck(torch.sin, leaf())
        found = backward_of_the_sum()
    torch.testing.assert_close(found, MARK * COS)


def test_a_gentle_mark_is_as_exact_as_the_numbers_are():
    mark = 1 + 4e-6
    with recorder(mark=mark):
        found = backward_of_the_sum()
    torch.testing.assert_close(found / COS, torch.full_like(COS, mark), rtol=1e-14, atol=0)


def test_a_function_in_the_place_of_mul_does_not_reach_the_mark(monkeypatch):
    monkeypatch.setattr(torch.Tensor, "mul", lambda self, _: self.sub(self))
    monkeypatch.setattr(torch.Tensor, "__mul__", lambda self, _: self.sub(self))
    with recorder(mark=MARK):
        found = backward_of_the_sum()
    monkeypatch.undo()
    torch.testing.assert_close(found, MARK * COS)


def test_the_mark_ends_with_its_recorder():
    with recorder(mark=MARK):
        pass
    torch.testing.assert_close(backward_of_the_sum(), COS)


def test_the_innermost_recorder_decides():
    with recorder(mark=2.0):
        with recorder(mark=5.0):
            inner = backward_of_the_sum()
        outer = backward_of_the_sum()
    torch.testing.assert_close((inner, outer), (5.0 * COS, 2.0 * COS))
