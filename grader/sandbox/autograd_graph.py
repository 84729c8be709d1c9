"""The graph behind a tensor: nodes that can be reached, leaves at its ends, and numbers that tell them apart.

A node's number is kept in the node's own `metadata` dictionary, which lives exactly as long as the node. So the same
node has the same number in every run, no number is used twice, and the log keeps no graph alive.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from itertools import count, islice
from typing import Any

import torch

MAX_NODES = 5000
MAX_LEAVES = 256
# Leaves are the last thing a walk meets, so it goes on past the nodes that are reported.
MAX_STEPS = 100_000


class _Key:
    """The key in a node's metadata: an object, so that no key of anyone else's can be equal to it."""

    def __repr__(self) -> str:
        return "'recorded'"


_KEY = _Key()
_node_numbers = count()
_leaf_numbers = count()
_leaves: dict[int, tuple[weakref.ref[torch.Tensor], int]] = {}


def node_ident(node: Any) -> int:
    """The number of a node of the graph, given at first sight."""
    metadata = node.metadata
    ident: int | None = metadata.get(_KEY)
    if ident is None:
        ident = metadata[_KEY] = next(_node_numbers)
    return ident


def node_name(node: Any) -> str:
    """What `node.name()` says ("SinBackward0"), without building a new string where the type has that name."""
    name = type(node).__name__
    return str(node.name()) if name == "CppFunction" else name


def leaf_ident(leaf: torch.Tensor) -> int:
    """The number of a leaf tensor, given at first sight."""
    known = _leaves.get(id(leaf))
    if known is not None and known[0]() is leaf:
        return known[1]
    address, ident = id(leaf), next(_leaf_numbers)

    def forget(gone: weakref.ref[torch.Tensor]) -> None:
        # By the time this runs, another tensor may live at the same address.
        current = _leaves.get(address)
        if current is not None and current[0] is gone:
            del _leaves[address]

    _leaves[address] = (weakref.ref(leaf, forget), ident)
    return ident


def start_node(root: Any) -> Any:
    """The node a root's graph begins with: of a tensor its grad_fn, of a GradientEdge its node."""
    return root.grad_fn if isinstance(root, torch.Tensor) else root.node


def kind_of(root: Any) -> Any:
    """What tells roots of one loop from other roots: the type of the node their graph begins with."""
    return type(root.grad_fn) if isinstance(root, torch.Tensor) else type(root)


def _accumulator_type() -> Any:
    leaf = torch.zeros((), requires_grad=True)
    return type(torch.autograd.graph.get_gradient_edge(leaf).node)


ACCUMULATE = _accumulator_type()


def reach(roots: Iterable[Any]) -> tuple[list[int], list[torch.Tensor]]:
    """Numbers of the nodes that are no leaves, and the leaf tensors, each once, in the order of a breadth-first walk.

    A large graph is told in part: its first MAX_NODES nodes, and what leaves MAX_STEPS steps come to.
    """
    numbers: dict[int, None] = {}
    leaves: dict[int, torch.Tensor] = {}
    waiting: list[Any] = []
    for root in roots:
        node = start_node(root)
        if node is not None:
            waiting.append(node)
        elif root.requires_grad:
            leaves[id(root)] = root
    for node in waiting:  # grows while it is walked
        if type(node) is ACCUMULATE:
            leaf = node.variable
            if len(leaves) < MAX_LEAVES:
                leaves[id(leaf)] = leaf
            continue
        ident = node_ident(node)
        if ident in numbers:
            continue
        numbers[ident] = None
        if len(waiting) < MAX_STEPS:
            waiting.extend([follower for follower, _ in node.next_functions if follower is not None])
    return list(islice(numbers, MAX_NODES)), list(leaves.values())
