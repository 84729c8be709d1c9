"""One request to differentiate, noted before and after the engine ran.

Notes are kept raw (bytes and numbers) and become messages only when somebody asks: a loop over thousands of points
pays for what it does, not for dataclasses nobody will read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from grader.sandbox import autograd_graph, tensor_bytes
from grader.sandbox.tensor_bytes import Raw, array, dtype_name
from grader.wire.messages import AutogradRun, LeafState, Problem, Root

# Bytes of arrays one run may hold while it is kept, and all runs together when they are told.
RUN_BYTES = 256 * 1024
ALL_BYTES = 2 * 1024 * 1024
ALL_NODES = 60_000

NameOf = Callable[[torch.Tensor], str | None]


class Request:
    """What was asked of the engine. `inputs` are the tensors to differentiate by, empty for "all leaves"."""

    __slots__ = ("create_graph", "entry", "retain_graph", "roots", "upstream")

    def __init__(self, entry: str, roots: Sequence[Any], upstream: Sequence[Any], retain: bool, create: bool) -> None:
        self.entry = entry
        self.roots = roots
        self.upstream = upstream
        self.retain_graph = retain
        self.create_graph = create


class Leaf:
    """A leaf a run reached. The tensor itself is let go when the run is over."""

    __slots__ = ("after", "before", "dtype", "ident", "name", "shape", "tensor", "value")

    def __init__(self, tensor: torch.Tensor, name: str | None, ident: int, spend: Callable[[Any], Raw | None]) -> None:
        self.tensor: torch.Tensor | None = tensor
        self.name = name
        self.ident = ident
        self.dtype = dtype_name(tensor.dtype)
        self.shape = tuple(tensor.shape)
        self.value = spend(tensor)
        self.before = spend(tensor.grad)
        self.after: Raw | None = None


class Run:
    """The notes of one run."""

    __slots__ = (
        "bytes_left",
        "cell",
        "create_graph",
        "entry",
        "leaves",
        "nodes",
        "order",
        "problem",
        "results",
        "retain_graph",
        "roots",
        "stage",
        "upstream",
    )

    def __init__(self, order: int, cell: int | None, request: Request) -> None:
        self.bytes_left = RUN_BYTES
        self.order = order
        self.cell = cell
        self.entry = request.entry
        self.retain_graph = request.retain_graph
        self.create_graph = request.create_graph
        self.roots: list[tuple[int | None, str | None, str, tuple[int, ...], Raw | None]] = []
        self.upstream: list[Raw | None] = []
        self.nodes: list[int] = []
        self.leaves: list[Leaf] = []
        self.results: list[Raw | None] = []
        self.problem: Problem | None = None
        self.stage = ""

    def before(self, request: Request, name_of: NameOf) -> None:
        """Notes roots, upstream gradients, nodes and leaves."""
        self.roots = [self._root(root) for root in request.roots]
        self.upstream = [self._spend(gradient) for gradient in request.upstream]
        self.nodes, leaves = autograd_graph.reach(request.roots)
        for tensor in leaves:
            inner = tensor_bytes.unwrapped(tensor)
            self.leaves.append(Leaf(tensor, name_of(inner), autograd_graph.leaf_ident(inner), self._spend))

    def after(self, results: Any) -> None:
        """Notes the gradients the leaves have now, and what autograd.grad gave."""
        for leaf in self.leaves:
            if leaf.tensor is not None:
                leaf.after = self._spend(leaf.tensor.grad)
                leaf.tensor = None
        if self.entry == "grad" and isinstance(results, (tuple, list)):
            self.results = [self._spend(result) for result in results]

    def _spend(self, tensor: Any) -> Raw | None:
        if tensor is None:
            return None
        found = tensor_bytes.raw(tensor)
        if found is None or len(found[2]) > self.bytes_left:
            return None
        self.bytes_left -= len(found[2])
        return found

    def _root(self, root: Any) -> tuple[int | None, str | None, str, tuple[int, ...], Raw | None]:
        node = autograd_graph.start_node(root)
        ident = None if node is None or type(node) is autograd_graph.ACCUMULATE else autograd_graph.node_ident(node)
        name = None if node is None else node.name()
        if isinstance(root, torch.Tensor):
            return ident, name, dtype_name(root.dtype), tuple(root.shape), self._spend(root)
        described = node._input_metadata[root.output_nr]
        return ident, name, dtype_name(described.dtype), tuple(described.shape), None


def message(run: Run) -> AutogradRun:
    """The notes as the wire carries them."""
    return AutogradRun(
        order=run.order,
        entry=run.entry,
        stage=run.stage,
        cell=run.cell,
        roots=tuple(Root(node, name, dtype, shape, array(value)) for node, name, dtype, shape, value in run.roots),
        upstream=tuple(map(array, run.upstream)),
        retain_graph=run.retain_graph,
        create_graph=run.create_graph,
        nodes=tuple(run.nodes),
        leaves=tuple(
            LeafState(
                ident=leaf.ident,
                name=leaf.name,
                dtype=leaf.dtype,
                shape=leaf.shape,
                value=array(leaf.value),
                grad_before=array(leaf.before),
                grad_after=array(leaf.after),
            )
            for leaf in run.leaves
        ),
        results=tuple(map(array, run.results)),
        problem=run.problem,
    )


def _without_arrays(run: AutogradRun) -> AutogradRun:
    return replace(
        run,
        roots=tuple(replace(root, value=None) for root in run.roots),
        upstream=tuple(None for _ in run.upstream),
        leaves=tuple(replace(leaf, value=None, grad_before=None, grad_after=None) for leaf in run.leaves),
        results=tuple(None for _ in run.results),
    )


def messages(first: Sequence[Run], last: Sequence[Run]) -> tuple[AutogradRun, ...]:
    """All kept runs in order, within the limits on bytes and nodes: where they are met, the middle gives way."""
    runs = [*first, *last]
    # From both ends towards the middle: the beginning and the end of a long sequence tell most.
    ranked = sorted(range(len(runs)), key=lambda position: min(position, len(runs) - 1 - position))
    bytes_left = ALL_BYTES
    nodes_each = max(16, ALL_NODES // max(1, len(runs)))
    told: dict[int, AutogradRun] = {}
    for position in ranked:
        run = runs[position]
        run_message = message(run)
        if len(run_message.nodes) > nodes_each:
            run_message = replace(run_message, nodes=run_message.nodes[:nodes_each])
        spent = RUN_BYTES - run.bytes_left
        if spent > bytes_left:
            run_message = _without_arrays(run_message)
        else:
            bytes_left -= spent
        told[position] = run_message
    return tuple(told[position] for position in range(len(runs)))
