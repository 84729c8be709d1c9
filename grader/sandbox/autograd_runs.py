"""One request to differentiate, noted before and after the engine ran.

Notes are kept raw (bytes and numbers) and become messages only when somebody asks: a loop over thousands of points
pays for what it does, not for dataclasses nobody will read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from grader.sandbox import autograd_graph
from grader.sandbox.tensor_bytes import MAX_ELEMENTS, Raw, array, dtype_name, raw, sample, unwrapped
from grader.wire.messages import AutogradRun, LeafState, Problem, Root

# Bytes of arrays one run may hold while it is kept, and all runs together when they are told.
RUN_BYTES = 256 * 1024
ALL_BYTES = 2 * 1024 * 1024
ALL_NODES = 60_000

NameOf = Callable[[torch.Tensor], str | None]


class Leaf:
    """A leaf a run reached. The tensor itself is let go when the run is over."""

    __slots__ = ("after", "before", "dtype", "ident", "name", "samples", "shape", "tensor", "value")

    def __init__(self, tensor: torch.Tensor, name_of: NameOf) -> None:
        inner = unwrapped(tensor)
        self.tensor: torch.Tensor | None = tensor
        self.name = name_of(inner)
        self.ident = autograd_graph.leaf_ident(inner)
        self.dtype = tensor.dtype
        self.shape = tensor.shape
        self.value: Raw | None = None
        self.before: Raw | None = None
        self.after: Raw | None = None
        self.samples: Sequence[Raw | None] = ()


_RootNote = tuple[int | None, str | None, torch.dtype, Sequence[int], Raw | None]


class Run:
    """The notes of one run; `upstream` is what the engine was to be given, before any mark."""

    # Defaults of the class, so that opening the notes sets no more than it must.
    bytes_left = RUN_BYTES
    roots: Sequence[_RootNote] = ()
    upstream: Sequence[Raw | None] = ()
    nodes: Sequence[int] = ()
    leaves: Sequence[Leaf] = ()
    results: Sequence[Raw | None] = ()
    problem: Problem | None = None
    stage = ""
    noted = False

    def __init__(self, order: int, cell: int | None, entry: str, retain_graph: bool, create_graph: bool) -> None:
        self.order = order
        self.cell = cell
        self.entry = entry
        self.retain_graph = retain_graph
        self.create_graph = create_graph

    def before(self, roots: Sequence[Any], upstream: Sequence[Any], name_of: NameOf) -> None:
        """Notes roots, upstream gradients, nodes and leaves."""
        self.roots = [self._root(root) for root in roots]
        self.upstream = [self._spend(gradient) for gradient in upstream]
        self.nodes, tensors = autograd_graph.reach(roots)
        self.leaves = [Leaf(tensor, name_of) for tensor in tensors]
        for leaf, tensor in zip(self.leaves, tensors, strict=True):
            leaf.before = self._spend(tensor.grad)
            leaf.value = self._spend(tensor)
            if leaf.value is None and tensor.numel() > MAX_ELEMENTS:
                leaf.samples = [self._spend_sample(tensor), self._spend_sample(tensor.grad)]

    def after(self, results: Any) -> None:
        """Notes the gradients the leaves have now, and what autograd.grad gave."""
        for leaf in self.leaves:
            if leaf.tensor is not None:
                leaf.after = self._spend(leaf.tensor.grad)
                if leaf.samples:
                    leaf.samples = [*leaf.samples, self._spend_sample(leaf.tensor.grad)]
                leaf.tensor = None
        if self.entry == "grad" and isinstance(results, (tuple, list)):
            self.results = [self._spend(result) for result in results]

    def _spend_sample(self, tensor: Any) -> Raw | None:
        return self._within(None if tensor is None else sample(tensor))

    def _spend(self, tensor: Any) -> Raw | None:
        return self._within(None if tensor is None else raw(tensor))

    def _within(self, found: Raw | None) -> Raw | None:
        if found is None or len(found[2]) > self.bytes_left:
            return None
        self.bytes_left -= len(found[2])
        return found

    def _root(self, root: Any) -> _RootNote:
        node = autograd_graph.start_node(root)
        ident = None if node is None or type(node) is autograd_graph.ACCUMULATE else autograd_graph.node_ident(node)
        name = None if node is None else autograd_graph.node_name(node)
        if isinstance(root, torch.Tensor):
            return ident, name, root.dtype, root.shape, self._spend(root)
        described = node._input_metadata[root.output_nr]
        return ident, name, described.dtype, described.shape, None


def message(run: Run) -> AutogradRun:
    """The notes as the wire carries them."""
    return AutogradRun(
        order=run.order,
        entry=run.entry,
        stage=run.stage,
        cell=run.cell,
        roots=tuple(
            Root(node, name, dtype_name(dtype), tuple(shape), array(value))
            for node, name, dtype, shape, value in run.roots
        ),
        upstream=tuple(map(array, run.upstream)),
        retain_graph=run.retain_graph,
        create_graph=run.create_graph,
        nodes=tuple(run.nodes),
        leaves=tuple(
            LeafState(
                ident=leaf.ident,
                name=leaf.name,
                dtype=dtype_name(leaf.dtype),
                shape=tuple(leaf.shape),
                value=array(leaf.value),
                grad_before=array(leaf.before),
                grad_after=array(leaf.after),
                samples=tuple(map(array, leaf.samples)),
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
        leaves=tuple(replace(leaf, value=None, grad_before=None, grad_after=None, samples=()) for leaf in run.leaves),
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
