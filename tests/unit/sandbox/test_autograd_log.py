"""What the log of autograd runs tells."""

import traceback

import pytest
import torch
from torch.func import grad, vmap

from grader.sandbox import autograd_log
from tests.support.recording import leaf, numbers, recorder, squares


@pytest.fixture(autouse=True, scope="module")
def wraps():
    autograd_log.install()


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
