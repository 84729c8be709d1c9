"""Nobody notices the log of autograd runs being kept: behaviour, odd tensors, memory and time."""

import gc
import sys
import threading
import time
import weakref

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader.sandbox import autograd_log
from grader.sandbox.autograd_graph import MAX_NODES
from tests.support.recording import leaf, numbers, recorder, squares


@pytest.fixture(autouse=True, scope="module")
def wraps():
    autograd_log.install()


# ------------------------------------------------------------------------------------- nobody notices it


def test_versions_hooks_and_modes_of_the_student_see_nothing():
    seen = []

    class Functions(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            seen.append(func)
            return func(*args, **(kwargs or {}))

    class Operations(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            seen.append(func)
            return func(*args, **(kwargs or {}))

    def program():
        seen.clear()
        x = leaf(1.0, 2.0)
        x.register_hook(lambda upstream: seen.append("hook") or upstream)
        with Functions(), Operations():
            squares(x).backward()
        return list(seen), x._version, x.grad._version

    bare = program()
    with recorder():
        assert program() == bare


def test_a_subclass_of_tensor_is_not_asked():
    asked = []

    class Mine(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            asked.append(func.__name__)
            return super().__torch_function__(func, types, args, kwargs or {})

    def program():
        asked.clear()
        x = torch.ones(2).as_subclass(Mine).requires_grad_()
        x.sum().backward()
        return list(asked)

    bare = program()
    with recorder() as log:
        assert program() == bare
    assert log.runs_total == 1


def test_the_log_keeps_neither_graphs_nor_tensors_alive():
    with recorder() as log:
        x = leaf(1.0)
        y = squares(x)
        y.backward(retain_graph=True)
        gone = weakref.ref(x), weakref.ref(y)
        del x, y
        gc.collect()
        assert [ref() for ref in gone] == [None, None]
    assert len(log.runs()) == 1


def test_runs_inside_a_hook_and_in_threads_are_told():
    x, z = leaf(1.0), leaf(2.0)

    def hook(upstream):
        with torch.enable_grad():
            squares(z).backward()

    x.register_hook(hook)
    with recorder() as log:
        squares(x).backward()
        threads = [threading.Thread(target=lambda: squares(leaf(1.0)).backward()) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert log.runs_total == len(log.runs()) == 5
    assert (numbers(log.runs()[0].leaves[0].grad_after), numbers(log.runs()[1].leaves[0].grad_after)) == ([2.0], [4.0])


def test_without_a_recorder_nothing_is_kept():
    with recorder() as log:
        pass
    squares(leaf(1.0)).backward()
    assert (log.runs_total, log.runs()) == (0, ())


# ------------------------------------------------------------------------------------------ kinds of tensor


def odd_sparse():
    embedding = torch.nn.Embedding(4, 2, sparse=True)
    embedding(torch.tensor([1, 1])).sum().backward()


def odd_second_derivative_of_abs():
    x = leaf(1.0, -2.0)
    (first,) = torch.autograd.grad(x.abs().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert second._is_zerotensor()


def odd_complex():
    x = torch.tensor([1 + 2j, 2 - 1j], requires_grad=True)
    (x * x.conj()).real.sum().backward()


def odd_layouts():
    x = torch.arange(6.0).view(2, 3).T.requires_grad_()
    x.sin().backward(torch.ones(()).expand(3, 2))


def odd_half():
    torch.ones(3, dtype=torch.bfloat16, requires_grad=True).sum().backward()


def odd_inference():
    with torch.inference_mode():
        upstream = torch.ones(3)
    (torch.ones(3, requires_grad=True) * 2).backward(upstream)


def odd_meta():
    torch.ones(3, device="meta", requires_grad=True).sum().backward()


def odd_empty():
    torch.ones(0, requires_grad=True).sum().backward()


@pytest.mark.parametrize(
    "program",
    [
        odd_sparse,
        odd_second_derivative_of_abs,
        odd_complex,
        odd_layouts,
        odd_half,
        odd_inference,
        odd_meta,
        odd_empty,
    ],
)
def test_an_odd_tensor_is_told_as_far_as_it_can_be(program):
    with recorder() as log:
        program()
    assert all(len(run.leaves) == 1 and run.problem is None for run in log.runs())


def test_the_second_derivative_of_abs_is_told_as_zeros():
    with recorder() as log:
        odd_second_derivative_of_abs()
    assert numbers(log.runs()[1].results[0]) == [0.0, 0.0]


def test_transposed_values_are_told_in_order():
    with recorder() as log:
        odd_layouts()
    (run,) = log.runs()
    assert numbers(run.leaves[0].value) == [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    assert numbers(run.upstream[0]) == [[1.0, 1.0]] * 3


# -------------------------------------------------------------------------------------------------- limits


def test_of_many_runs_the_first_and_the_last_are_told_and_all_are_counted():
    with recorder(cell=lambda: 0) as log:
        for value in range(300):
            squares(leaf(float(value))).backward()
    values = [numbers(run.leaves[0].value)[0] for run in log.runs()]
    assert values == [*range(64), *range(300 - 64, 300)]
    assert log.runs_total == 300


def test_after_a_long_loop_a_run_of_another_kind_is_told():
    x = leaf(1.0)
    y = squares(x)
    with recorder() as log:
        for _ in range(1001):
            squares(x).backward()
        y.backward(retain_graph=True)
        y.backward()
        with pytest.raises(RuntimeError, match="second time"):
            y.backward()
    first, second, refused = log.runs()[-3:]
    assert first.nodes == second.nodes == refused.nodes
    assert (first.retain_graph, second.retain_graph, refused.stage) == (True, False, "engine")
    assert log.runs_total == 1004


def test_an_error_deep_in_a_long_loop_is_told():
    with recorder() as log:
        for value in range(900):
            y = squares(leaf(float(value)))
            y.backward()
            if value == 700:
                with pytest.raises(RuntimeError, match="second time"):
                    y.backward()
    assert [run.stage for run in log.runs()].count("engine") == 1


def test_a_large_tensor_is_told_by_its_shape():
    x = torch.ones(5000, requires_grad=True)
    with recorder() as log:
        x.sum().backward()
    (found,) = log.runs()[0].leaves
    assert (found.shape, found.value, found.grad_after) == ((5000,), None, None)


def test_all_arrays_together_stay_within_the_limit():
    with recorder() as log:
        for _ in range(100):
            torch.ones(4096, dtype=torch.float64, requires_grad=True).sum().backward()
    arrays = [
        array
        for run in log.runs()
        for array in (*run.upstream, run.roots[0].value, run.leaves[0].value, run.leaves[0].grad_after)
    ]
    assert sum(len(array.data) for array in arrays if array) <= 2 * 1024 * 1024
    assert log.runs()[0].leaves[0].value
    assert log.runs()[-1].leaves[0].value
    assert log.runs()[50].leaves[0].value is None


def test_a_deep_graph_is_walked_without_recursion_and_its_leaf_found():
    x = leaf(1.0)
    y = x
    for _ in range(MAX_NODES + 2000):
        y = y + 1
    with recorder() as log:
        y.sum().backward()
    (run,) = log.runs()
    assert len(run.nodes) == MAX_NODES
    assert numbers(run.leaves[0].grad_after) == [1.0]


@pytest.mark.benchmark
def test_a_loop_over_five_thousand_points_costs_less_than_twice_as_much():
    points = torch.linspace(0, 6, 5000).tolist()

    def program():
        began = time.process_time()
        for value in points:
            x = torch.tensor(value, requires_grad=True)
            torch.sin(x).backward()
        return time.process_time() - began

    def recorded():
        with recorder():
            return program()

    program()
    rounds = [(program(), recorded()) for _ in range(3)]
    assert min(noted for _, noted in rounds) < 2 * min(bare for bare, _ in rounds)


def test_installing_twice_wraps_once():
    engine = torch.autograd._engine_run_backward
    autograd_log.install()
    assert torch.autograd._engine_run_backward is torch.autograd.graph._engine_run_backward is engine
    holders = [name for name, module in list(sys.modules.items()) if _holds(module, engine.__wrapped__)]
    assert holders == []


def _holds(module, function):
    if not getattr(module, "__name__", "").startswith("torch"):
        return False
    return any(value is function for value in vars(module).values())
