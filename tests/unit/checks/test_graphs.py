"""Counting the nodes of a graph: the trusted count, what is built in the child, and which reports are accepted."""

import pytest
import torch

from grader.checks.functions import fn
from grader.checks.graphs import LiveGraph, count_nodes, count_visits, matches_a_measurement
from grader.wire.messages import Expression, Let

PLAINEST = "torch.sin(x**2) * torch.exp(-x)"
SOURCES = (PLAINEST, "torch.sin(x**2) / torch.exp(x)")


def evaluated(graph):
    """What the child would build from the lets."""
    scope = {"torch": torch}
    for let in graph.given.lets:
        value = let.value
        scope[let.name] = (
            eval(value.source, scope) if isinstance(value, Expression) else graph.x.clone().requires_grad_()
        )
    return scope


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("torch.sin(x)", 2),
        ("torch.sin(torch.sin(x) * 3)", 4),
        ("(lambda u: u * u)(torch.sin(x))", 3),
        ("(lambda parts: parts[0] + parts[1])(x.unbind())", 3),
        (PLAINEST, 6),
    ],
)
def test_each_node_counts_once_with_accumulate_grad(source, nodes):
    assert LiveGraph(fn(source), torch.ones(2)).nodes == nodes


def test_the_gradient_of_the_reported_function_has_fifteen_nodes():
    assert LiveGraph(fn(PLAINEST), torch.ones(3), of_gradient=True).nodes == 15


def test_a_tensor_without_a_graph_has_no_node():
    assert count_nodes(torch.ones(2)) == 0


def test_a_walk_without_memory_visits_a_shared_node_once_for_each_path():
    chain = LiveGraph(fn("torch.exp(torch.sin(x))"), torch.ones(2))
    diamond = LiveGraph(fn("(lambda u: u * u)(torch.sin(x))"), torch.ones(2))
    assert (chain.visits, chain.nodes) == (3, 3)
    assert (diamond.visits, diamond.nodes) == (5, 3)


def test_a_walk_over_countless_paths_ends():
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(60):
        y = y * y
    assert count_visits(y) >= 100_000
    assert count_nodes(y) == 61


@pytest.mark.parametrize("of_gradient", [False, True])
def test_the_child_builds_the_graph_that_is_counted_here(of_gradient):
    graph = LiveGraph(fn(PLAINEST), torch.tensor([0.5, 1.0]), of_gradient)
    scope = evaluated(graph)
    assert count_nodes(scope["t"]) == graph.nodes
    assert torch.equal(scope["t"], graph.here)


def test_every_node_is_held_while_the_student_counts():
    graph = LiveGraph(fn("(lambda u: u * u + torch.sin(u))(torch.exp(x))"), torch.ones(2))
    held = evaluated(graph)["held"]
    assert len(held) == graph.nodes
    assert Let("held", graph.given.lets[-1].value) == graph.given.lets[-1]


@pytest.mark.parametrize("report", [(6, 15), (7, 15), (6, 16), (7, 16), (7, 17), (6, 18), (5, 15)])
def test_a_report_measured_in_some_usual_way_is_accepted(report):
    assert matches_a_measurement(report, SOURCES)


@pytest.mark.parametrize(
    "report",
    [
        (7, 22),  # counted as a tree
        (5, 14),  # without AccumulateGrad
        (15, 6),  # swapped
        (6, 0),  # without create_graph
        (6, 6),
        (0.0012, 0.0031),  # seconds
        (6.5, 15.5),
    ],
)
def test_a_report_of_something_else_is_not(report):
    assert not matches_a_measurement(report, SOURCES)
