"""Graphs in the report: whatever a child sends, what comes out can be drawn."""

from grader.runner.graph_json import MAX_GRAPHS, MAX_NODES, graphs_json
from grader.wire.messages import Graph, GraphNode


def graph(nodes, roots=(0,), **others):
    return Graph(
        **{"entry": "backward", "cell": 0, "failed": False, "whole": True, "roots": roots, "nodes": nodes, **others}
    )


def test_an_honest_graph_comes_through_whole():
    nodes = (GraphNode("MulBackward0", "y", (1, 1)), GraphNode("AccumulateGrad", "x", ()))
    assert graphs_json((graph(nodes),)) == [
        {
            "entry": "backward",
            "cell": 1,
            "failed": False,
            "whole": True,
            "roots": [0],
            "nodes": [
                {"name": "MulBackward0", "label": "y", "nearer": [1, 1]},
                {"name": "AccumulateGrad", "label": "x", "nearer": []},
            ],
        }
    ]


def test_places_that_do_not_exist_are_dropped_and_sizes_are_capped():
    nodes = tuple(GraphNode("N" * 500, "l" * 500, (-1, 0, 10**9, *range(1000))) for _ in range(200))
    told = graphs_json(tuple(graph(nodes, roots=(5, -7, 999), entry="\x1b[31m") for _ in range(9)))
    assert len(told) == MAX_GRAPHS
    first = told[0]
    assert (len(first["nodes"]), first["whole"], first["roots"], first["entry"]) == (MAX_NODES, False, [5], "backward")
    for node in first["nodes"]:
        assert len(node["name"]) <= 60
        assert len(node["label"]) <= 60
        assert len(node["nearer"]) <= MAX_NODES
        assert all(0 <= place < MAX_NODES for place in node["nearer"])


def test_a_file_without_cells_numbers_none():
    nodes = (GraphNode("MulBackward0", None, ()),)
    assert graphs_json((graph(nodes),), with_cells=False)[0]["cell"] is None


def test_a_graph_without_nodes_is_none():
    assert graphs_json((graph(()),)) == []
