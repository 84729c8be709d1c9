"""Recorded graphs of autograd as plain JSON values, for reports and pages. Capped here: a child can send anything."""

from __future__ import annotations

from typing import Any

from grader.wire.messages import Graph, GraphNode

MAX_GRAPHS = 3
MAX_NODES = 60
MAX_NAME = 60


def graphs_json(graphs: tuple[Graph, ...], *, with_cells: bool = True) -> list[dict[str, Any]]:
    """The graphs that can be drawn, at most MAX_GRAPHS. with_cells: the submission has cells that people number."""
    return [_graph(graph, with_cells) for graph in graphs if graph.nodes][:MAX_GRAPHS]


def _graph(graph: Graph, with_cells: bool) -> dict[str, Any]:
    nodes = graph.nodes[:MAX_NODES]
    return {
        "entry": "grad" if graph.entry == "grad" else "backward",
        "cell": graph.cell + 1 if with_cells and graph.cell is not None else None,
        "failed": graph.failed,
        "whole": graph.whole and len(nodes) == len(graph.nodes),
        "roots": _places(graph.roots, len(nodes)),
        "nodes": [_node(node, len(nodes)) for node in nodes],
    }


def _node(node: GraphNode, count: int) -> dict[str, Any]:
    label = node.label[:MAX_NAME] if node.label else None
    return {"name": node.name[:MAX_NAME], "label": label, "nearer": _places(node.nearer, count)}


def _places(places: tuple[int, ...], count: int) -> list[int]:
    """The places that exist, each as often as it was told (x * x leads to x twice) but no more than there are nodes."""
    return [place for place in places if 0 <= place < count][:MAX_NODES]
