"""What the log of autograd runs tells, and that nobody notices it being kept."""

import gc
import sys
import threading
import time
import traceback
import weakref

import numpy as np
import pytest
import torch
from torch.func import grad, vmap
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader.sandbox import autograd_log
from grader.sandbox.autograd_graph import MAX_NODES
from grader.wire.messages import Problem


@pytest.fixture(autouse=True, scope="module")
def wraps():
    autograd_log.install()


def recorder(**others):
    given = {
        "name_of": lambda _: None,
        "cell": lambda: None,
        "problem_of": lambda error: Problem((type(error).__name__,), str(error), None, None, None, None, ""),
    }
    return autograd_log.Recorder(**{**given, **others})


def numbers(array):
    return None if array is None else np.frombuffer(array.data, array.dtype).reshape(array.shape).tolist()


def leaf(*values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def squares(x):
    return (x**2).sum()


# ------------------------------------------------------------------------------------------- what is told


def test_a_backward_run_tells_its_root_upstream_leaf_and_gradient():
    x = leaf(1.0, 3.0)
    with recorder(name_of=lambda t: "x" if t is x else None, cell=lambda: 4) as log:
        squares(x).backward()
    (run,) = log.runs()
    assert (run.entry, run.stage, run.cell, run.problem) == ("backward", "", 4, None)
    (root,) = run.roots
    assert (root.grad_fn, root.dtype, root.shape, numbers(root.value)) == ("SumBackward0", "float64", (), 10.0)
    assert [numbers(gradient) for gradient in run.upstream] == [1.0]
    (found,) = run.leaves
    assert (found.name, found.dtype, found.shape) == ("x", "float64", (2,))
    assert (numbers(found.value), found.grad_before, numbers(found.grad_after)) == ([1.0, 3.0], None, [2.0, 6.0])
    assert run.nodes[0] == root.node
    assert len(run.nodes) == 2


def test_accumulation_shows_in_the_gradient_before_and_after():
    x = leaf(1.0)
    with recorder() as log:
        squares(x).backward()
        squares(x).backward()
        x.grad = None
        squares(x).backward()
    found = [(numbers(run.leaves[0].grad_before), numbers(run.leaves[0].grad_after)) for run in log.runs()]
    assert found == [(None, [2.0]), ([2.0], [4.0]), (None, [2.0])]


def test_a_gradient_cleared_through_data_is_seen_as_cleared():
    x = leaf(1.0)
    with recorder() as log:
        squares(x).backward()
        x.grad.data.zero_()
        squares(x).backward()
    assert numbers(log.runs()[1].leaves[0].grad_before) == [0.0]


def test_grad_tells_its_results_and_leaves_gradients_alone():
    x = leaf(1.0, 3.0)
    with recorder() as log:
        torch.autograd.grad(squares(x), x)
    (run,) = log.runs()
    assert run.entry == "grad"
    assert [numbers(result) for result in run.results] == [[2.0, 6.0]]
    assert (run.leaves[0].grad_before, run.leaves[0].grad_after) == (None, None)


def test_an_upstream_gradient_is_told_as_it_was_handed_in_before_the_mark():
    x = leaf(1.0, 3.0)
    with recorder(mark=7.0) as log:
        (x * 2).backward(torch.tensor([1.0, -1.0], dtype=torch.float64))
    assert numbers(log.runs()[0].upstream[0]) == [1.0, -1.0]
    assert x.grad.tolist() == [14.0, -14.0]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, (False, False)),
        ({"retain_graph": True}, (True, False)),
        ({"create_graph": True}, (True, True)),
        ({"create_graph": True, "retain_graph": False}, (False, True)),
    ],
)
def test_flags_are_told_as_they_take_effect(options, told):
    x = leaf(1.0)
    with recorder() as log:
        torch.autograd.grad(squares(x), x, **options)
    assert (log.runs()[0].retain_graph, log.runs()[0].create_graph) == told


def test_two_roots_over_one_graph_share_its_nodes_and_a_rebuilt_graph_does_not():
    x = leaf(1.0, 2.0)
    y = x**2
    with recorder() as log:
        y.sum().backward(retain_graph=True)
        y.sum().backward()
        (x**2).sum().backward()
    first, second, rebuilt = (set(run.nodes) for run in log.runs())
    assert len(first & second) == 1
    assert not rebuilt & (first | second)


def test_a_node_and_a_leaf_keep_their_numbers_from_recorder_to_recorder():
    x = leaf(1.0)
    y = squares(x)
    runs = []
    for _ in range(2):
        with recorder() as log:
            y.backward(retain_graph=True)
        runs += log.runs()
    assert runs[0].nodes == runs[1].nodes
    assert runs[0].leaves[0].ident == runs[1].leaves[0].ident
    assert runs[0].order < runs[1].order


def test_numbers_of_dead_nodes_and_leaves_are_never_given_again():
    nodes, leaves = set(), set()
    with recorder() as log:
        for _ in range(60):
            squares(leaf(1.0)).backward()
    for run in log.runs():
        nodes |= set(run.nodes)
        leaves.add(run.leaves[0].ident)
    assert (len(nodes), len(leaves)) == (120, 60)


def test_a_shared_node_is_told_once():
    x = leaf(1.0)
    shared = x.sin()
    with recorder() as log:
        (shared * shared + shared).sum().backward()
    assert len(log.runs()[0].nodes) == 4


def test_a_leaf_that_is_the_root_itself_is_told():
    x = torch.tensor(2.0, requires_grad=True)
    with recorder() as log:
        x.backward()
    (run,) = log.runs()
    assert (run.nodes, run.roots[0].node, run.roots[0].grad_fn) == ((), None, None)
    assert numbers(run.leaves[0].grad_after) == 1.0


def test_an_edge_of_the_graph_can_be_the_root():
    x = leaf(1.0)
    with recorder() as log:
        torch.autograd.backward(torch.autograd.graph.get_gradient_edge(squares(x)))
    (root,) = log.runs()[0].roots
    assert (root.grad_fn, root.dtype, root.shape, root.value) == ("SumBackward0", "float64", (), None)


def test_torch_func_tells_the_leaf_behind_its_wrapper():
    x = torch.tensor([1.0, 3.0])
    with recorder(name_of=lambda t: "x" if t is x else None) as log:
        grad(squares)(x)
    (run,) = log.runs()
    assert (run.entry, run.leaves[0].name, numbers(run.leaves[0].value)) == ("grad", "x", [1.0, 3.0])


def test_a_batched_tensor_is_told_without_its_numbers():
    with recorder() as log:
        vmap(grad(torch.sin))(torch.ones(3))
    (run,) = log.runs()
    assert (run.roots[0].value, run.leaves[0].value) == (None, None)


# ------------------------------------------------------------------------------------------------- errors


def test_the_scalar_rule_is_told_though_the_engine_never_ran():
    x = leaf(1.0, 2.0)
    with recorder() as log, pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar"):
        (x * 2).backward()
    (run,) = log.runs()
    assert (run.entry, run.stage, run.upstream, run.roots[0].shape) == ("backward", "implicit", (None,), (2,))
    assert run.problem.message == "grad can be implicitly created only for scalar outputs"
    assert run.leaves[0].grad_after is None


def test_the_scalar_rule_is_told_of_grad_with_its_flags():
    x = leaf(1.0, 2.0)
    with recorder() as log, pytest.raises(RuntimeError, match="scalar outputs"):
        torch.autograd.grad(x * 2, x, create_graph=True)
    (run,) = log.runs()
    assert (run.entry, run.stage, run.retain_graph, run.create_graph) == ("grad", "implicit", True, True)


def test_an_upstream_of_the_wrong_shape_is_told_as_turned_down_before_the_engine():
    x = leaf(1.0, 2.0)
    with recorder() as log, pytest.raises(RuntimeError, match="Mismatch in shape"):
        (x * 2).backward(torch.ones(3, dtype=torch.float64))
    (run,) = log.runs()
    assert (run.stage, numbers(run.upstream[0])) == ("upstream", [1.0, 1.0, 1.0])


def test_a_refused_second_pass_is_told_with_its_error():
    x = leaf(1.0)
    y = squares(x)
    with recorder() as log:
        y.backward()
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            y.backward()
    first, second = log.runs()
    assert (first.stage, second.stage, second.problem.types) == ("", "engine", ("RuntimeError",))
    assert first.nodes == second.nodes
    assert numbers(second.leaves[0].grad_after) == [2.0]


def test_a_root_without_a_graph_is_told_with_its_error():
    with recorder() as log, pytest.raises(RuntimeError, match="does not require grad"):
        torch.tensor(1.0).backward()
    (run,) = log.runs()
    assert (run.stage, run.roots[0].node, run.leaves) == ("engine", None, ())


class Failing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x * 1

    @staticmethod
    def backward(ctx, upstream):
        raise KeyError(len(ctx.x), upstream.item())


def mistake_of_the_scalar_rule():
    (leaf(1.0, 2.0) * 2).backward()


def mistake_of_a_root_without_graph():
    torch.tensor(1.0).backward()


def mistake_in_a_hand_written_backward():
    Failing.apply(leaf(1.0)).sum().backward()


def mistake_of_an_unused_input():
    torch.autograd.grad(squares(leaf(1.0)), leaf(1.0))


@pytest.mark.parametrize(
    "mistake",
    [
        mistake_of_the_scalar_rule,
        mistake_of_a_root_without_graph,
        mistake_in_a_hand_written_backward,
        mistake_of_an_unused_input,
    ],
)
def test_an_error_reads_as_it_would_without_the_log(mistake):
    def shown():
        try:
            mistake()
        except (RuntimeError, KeyError) as error:
            return traceback.format_exception(error), error.__cause__, error.__context__
        return None

    with recorder():
        recorded = shown()
    graph, package = torch.autograd.graph, torch.autograd
    engine, make = graph._engine_run_backward, package._make_grads
    graph._engine_run_backward = package._engine_run_backward = engine.__wrapped__
    package._make_grads = make.__wrapped__
    try:
        bare = shown()
    finally:
        graph._engine_run_backward = package._engine_run_backward = engine
        package._make_grads = make
    assert recorded == bare


def test_the_describer_of_errors_may_fail_without_harm():
    def describe(error):
        raise ValueError(error)

    with recorder(problem_of=describe) as log, pytest.raises(RuntimeError, match="does not require grad"):
        torch.tensor(1.0).backward()
    assert log.runs()[0].problem.types == ("RuntimeError",)


def test_a_failing_namer_costs_the_details_only():
    x = leaf(1.0)
    with recorder(name_of=lambda _: 1 / 0) as log:
        squares(x).backward()
    assert x.grad.tolist() == [2.0]
    assert log.runs_total == 1


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
