"""The graphs that people look at: names and edges as autograd has them, few of them, and none of a long loop's."""

import pytest
import torch

from grader.sandbox import autograd_log, autograd_sketch
from tests.support.recording import leaf, recorder, squares


@pytest.fixture(autouse=True, scope="module")
def wraps():
    autograd_log.install()


def test_a_graph_tells_names_edges_and_the_students_names_of_leaf_and_output():
    x = leaf(1.0, 3.0)
    y = squares(x)
    with recorder(name_of=lambda t: "x" if t is x else "y" if t is y else None, cell=lambda: 4) as log:
        y.backward()
    (graph,) = log.graphs()
    assert (graph.entry, graph.cell, graph.failed, graph.whole, graph.roots) == ("backward", 4, False, True, (0,))
    assert [(node.name, node.label, node.nearer) for node in graph.nodes] == [
        ("SumBackward0", "y", (1,)),
        ("PowBackward0", None, (2,)),
        ("AccumulateGrad", "x", ()),
    ]


def test_a_node_that_is_used_twice_is_one_node_with_two_edges():
    x = leaf(2.0)
    with recorder() as log:
        (x * x).sum().backward()
    (graph,) = log.graphs()
    assert graph.nodes[1].nearer == (2, 2)
    assert len(graph.nodes) == 3


def test_a_graph_of_the_same_shape_is_told_once_and_its_failure_with_it():
    x = leaf(2.0)
    y = squares(x)
    with recorder() as log:
        y.backward()
        with pytest.raises(RuntimeError):
            y.backward()
        with pytest.raises(RuntimeError):
            torch.autograd.grad(x * 2, leaf(1.0))
    assert [graph.failed for graph in log.graphs()] == [False, True]


def test_a_deep_graph_is_told_down_to_the_limit_and_says_that_it_goes_on():
    x = leaf(1.0)
    y = x
    for _ in range(500):
        y = y + 1
    with recorder() as log:
        y.sum().backward()
    (graph,) = log.graphs()
    assert len(graph.nodes) == autograd_sketch.NODES
    assert not graph.whole


def test_a_long_row_of_new_shapes_is_not_looked_at_for_ever():
    with recorder() as log:
        for length in range(20):
            x = leaf(1.0)
            y = x
            for _ in range(length):
                y = y * 2
            y.sum().backward()
    assert len(log.graphs()) == autograd_sketch.GRAPHS
