"""What the record of operations tells, and that it breaks nothing."""

import warnings

import pytest
import torch
import torch.autograd.forward_ad as forward
from torch.func import grad, jvp, vmap
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.checkpoint import checkpoint

from grader.sandbox import autograd_log, op_log
from tests.support.recording import recorder

POINTS = torch.linspace(0.1, 3.0, 5)


@pytest.fixture(autouse=True, scope="module")
def wraps():
    autograd_log.install()
    with warnings.catch_warnings():
        # The first dual number makes torch compile its rules with torch.jit, which says it is deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        dual_numbers()


def leaf():
    return POINTS.clone().requires_grad_()


class OwnSine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, upstream):
        return upstream * torch.cos(ctx.saved_tensors[0])


def reverse():
    x = leaf()
    x.sin().sum().backward()
    return x.grad


def reverse_by_func():
    return vmap(grad(torch.sin))(POINTS)


def forward_mode():
    return jvp(torch.sin, (POINTS,), (torch.ones_like(POINTS),))[1]


def dual_numbers():
    with forward.dual_level():
        return forward.unpack_dual(torch.sin(forward.make_dual(POINTS, torch.ones_like(POINTS)))).tangent


def typed_in():
    return torch.cos(POINTS)


def typed_into_an_own_backward():
    x = leaf()
    OwnSine.apply(x).sum().backward()
    return x.grad


def typed_into_a_hook():
    x = leaf()
    y = x.sin()
    y.register_hook(lambda upstream: torch.cos(upstream))  # noqa: PLW0108 - a student's hook
    y.sum().backward()
    return x.grad


def phase_shift():
    return torch.sin(POINTS + torch.pi / 2)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (reverse, {("SinBackward0", "backward")}),
        (reverse_by_func, {("SinBackward0", "grad")}),
        (forward_mode, {(None, "sin")}),
        (dual_numbers, {(None, "sin")}),
        (typed_in, {(None, "cos")}),
        (typed_into_an_own_backward, {("OwnSineBackward", "cos")}),
        (typed_into_a_hook, {("SinBackward0", "cos"), ("SinBackward0", "backward")}),
        (phase_shift, set()),
    ],
)
def test_a_cosine_is_told_with_the_node_that_ran_it_and_the_function_that_was_called(program, told):
    with recorder(ops=True) as log:
        program()
    assert {(count.node, count.api) for count in log.op_counts() if count.op == "aten::cos"} == told


def test_equal_operations_are_counted_together():
    with recorder(ops=True) as log:
        for _ in range(7):
            POINTS.exp()
    assert [(count.op, count.count) for count in log.op_counts()] == [("aten::exp", 7)]


def test_operations_are_told_only_when_asked_for():
    with recorder(ops=False) as log:
        reverse()
    assert log.op_counts() == ()


def test_after_the_limit_operations_run_uncounted(monkeypatch):
    monkeypatch.setattr(op_log, "MAX_EVENTS", 10)
    with recorder(ops=True) as log:
        results = [POINTS.exp() for _ in range(12)]
    assert [count.count for count in log.op_counts()] == [10]
    assert len(results) == 12


def test_the_log_itself_runs_no_operation():
    with recorder(ops=True) as log:
        y = leaf().sum()
        before = sum(count.count for count in log.op_counts())
        y.backward()
    ran = {count.op for count in log.op_counts() if count.node is None}
    assert before > 0
    assert ran <= {"aten::clone", "aten::sum", "aten::ones_like"}


# ----------------------------------------------------------------------------------------- breaks nothing


def second_derivative_of_abs():
    x = leaf()
    (first,) = torch.autograd.grad(x.abs().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    return second + 0


def checkpointed():
    x = leaf()
    checkpoint(torch.sin, x, use_reentrant=True).sum().backward()
    checkpoint(torch.sin, x, use_reentrant=False).sum().backward()
    return x.grad


def gradcheck():
    return torch.tensor(float(torch.autograd.gradcheck(torch.sin, POINTS.double().requires_grad_())))


def saved_tensors_hooks():
    x = leaf()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        y = x.sin().sum()
    y.backward()
    return x.grad


def conditional():
    return torch.cond(torch.tensor(True), torch.sin, torch.cos, (POINTS,))


def make_fx():
    from torch.fx.experimental.proxy_tensor import make_fx as trace

    return trace(grad(lambda x: x.sin().sum()))(POINTS)(POINTS)


def training():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(5, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        model(POINTS).sum().backward()
        optimizer.step()
    return model[0].weight.detach()


def anomaly_mode():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with torch.autograd.set_detect_anomaly(True):
            return reverse()


def sparse_and_complex():
    z = torch.tensor([1 + 2j, 2 - 1j], requires_grad=True)
    (z * z.conj()).real.sum().backward()
    embedding = torch.nn.Embedding(4, 2, sparse=True)
    embedding(torch.tensor([1, 1])).sum().backward()
    return torch.cat([torch.view_as_real(z.grad).flatten(), embedding.weight.grad.to_dense().flatten()])


@pytest.mark.parametrize(
    "program",
    [
        reverse,
        reverse_by_func,
        forward_mode,
        dual_numbers,
        typed_into_an_own_backward,
        typed_into_a_hook,
        second_derivative_of_abs,
        checkpointed,
        gradcheck,
        saved_tensors_hooks,
        conditional,
        make_fx,
        training,
        anomaly_mode,
        sparse_and_complex,
    ],
)
def test_a_program_computes_the_same_while_its_operations_are_recorded(program):
    with recorder(ops=True) as log:
        recorded = program()
    torch.testing.assert_close(recorded, program())
    assert log.op_counts()


class Functions(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


class Operations(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


def test_modes_the_student_never_left_are_left_with_the_recorder():
    with recorder(ops=True) as log:
        Functions().__enter__()
        Operations().__enter__()
        POINTS.exp()
    assert torch._C._len_torch_function_stack() == torch._C._len_torch_dispatch_stack() == 0
    assert "aten::exp" in {count.op for count in log.op_counts()}


def test_a_student_who_leaves_our_modes_does_no_harm():
    with recorder(ops=True):
        torch._C._pop_torch_function_stack()
        torch.utils._python_dispatch._pop_mode()
    assert torch._C._len_torch_function_stack() == torch._C._len_torch_dispatch_stack() == 0


def test_an_error_passes_through_unchanged():
    with recorder(ops=True), pytest.raises(RuntimeError, match="must match"):
        torch.ones(2) + torch.ones(3)
