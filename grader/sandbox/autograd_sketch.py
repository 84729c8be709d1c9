"""Small graphs of autograd for people to look at: names and edges, told once for each shape.

Only the first requests to differentiate are looked at, and only so many nodes of each, so that a loop over thousands
of points pays nothing. A large graph is told down to where the nodes ran out, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from grader.sandbox import autograd_graph
from grader.sandbox.autograd_runs import NameOf, Run
from grader.sandbox.texts import NAME_CHARACTERS
from grader.wire.messages import Graph, GraphNode

GRAPHS = 3
NODES = 60
# Requests that are looked at; after these, one more graph of a new shape is not worth the time.
REQUESTS = 12


class Sketches:
    """The first graphs that differ. They are kept as names and places: no graph is held alive."""

    def __init__(self, name_of: NameOf) -> None:
        self._name_of = name_of
        self._seen = 0
        self._kept: dict[tuple[Any, ...], Run] = {}

    def see(self, run: Run, roots: Sequence[Any]) -> None:
        """Look at the graph behind `roots` before `run` uses it up."""
        if self._seen >= REQUESTS or len(self._kept) >= GRAPHS:
            return
        self._seen += 1
        sketch = _sketch(roots, self._name_of)
        if sketch[1]:
            self._kept.setdefault(sketch, run)

    def graphs(self) -> tuple[Graph, ...]:
        """What was seen, each with how its first request went."""
        return tuple(
            Graph(run.entry, run.cell, run.problem is not None, whole, roots, nodes)
            for (roots, nodes, whole), run in self._kept.items()
        )


def _sketch(roots: Sequence[Any], name_of: NameOf) -> tuple[tuple[int, ...], tuple[GraphNode, ...], bool]:
    """The places of the roots, the nodes breadth first, and whether these are all."""
    starts = [(root, autograd_graph.start_node(root)) for root in roots]
    starts = [(root, node) for root, node in starts if node is not None]
    labels = {node: name_of(root) for root, node in starts if isinstance(root, torch.Tensor)}
    places: dict[Any, int] = {}
    for _, node in starts[:NODES]:
        places.setdefault(node, len(places))
    begun = len(places)
    whole = len(starts) <= NODES
    told = []
    waiting = list(places)
    for node in waiting:  # grows while it is walked
        nearer = []
        for follower, _ in node.next_functions:
            if follower is None:
                continue
            if follower not in places and len(places) < NODES:
                places[follower] = len(places)
                waiting.append(follower)
            if follower in places:
                nearer.append(places[follower])
            else:
                whole = False
        told.append(
            GraphNode(autograd_graph.node_name(node)[:NAME_CHARACTERS], _label(node, labels, name_of), tuple(nearer))
        )
    return tuple(range(begun)), tuple(told), whole


def _label(node: Any, labels: dict[Any, str | None], name_of: NameOf) -> str | None:
    return name_of(node.variable) if type(node) is autograd_graph.ACCUMULATE else labels.get(node)
