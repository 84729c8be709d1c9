"""Graphs of operations: counting their nodes here, and building live ones inside the student's process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from grader.checks.functions import Function, fn
from grader.checks.inputs import Given, leaf
from grader.wire.messages import Expression, Let

# A path count grows exponentially with the depth; past this it is only "too many".
MOST_PATHS = 100_000

_GRADIENT = "torch.autograd.grad(F({x}).sum(), {x}, create_graph=True)[0]"
# Python's object for a node lives only as long as somebody holds it, and the next one may get its address. A student
# who keeps id(node) in his set would count at random; with every node held his count depends on the graph alone.
_HELD = (
    "(lambda walk: walk(walk, t.grad_fn, set()))(lambda walk, node, seen: seen if node is None or node in seen else "
    "(seen.add(node), [walk(walk, nearer, seen) for nearer, _ in node.next_functions], seen)[2])"
)


def count_nodes(tensor: torch.Tensor) -> int:
    """The number of different nodes reachable from tensor.grad_fn, AccumulateGrad included."""
    seen: set[Any] = set()
    waiting: list[Any] = [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting.extend(nearer for nearer, _ in node.next_functions)
    return len(seen)


def count_visits(tensor: torch.Tensor) -> int:
    """How many nodes a walk visits that does not remember where it has been: one visit for each path."""
    visits = 0
    waiting: list[Any] = [tensor.grad_fn]
    while waiting and visits < MOST_PATHS:
        node = waiting.pop()
        if node is not None:
            visits += 1
            waiting.extend(nearer for nearer, _ in node.next_functions)
    return visits


@dataclass(frozen=True)
class LiveGraph:
    """A tensor with its graph: y = function(x), or its gradient dy/dx when `of_gradient` is set."""

    function: Function
    x: torch.Tensor
    of_gradient: bool = False

    @property
    def given(self) -> Given:
        """The tensor as an argument, built inside the student's process."""
        point = leaf(self.x)
        source = _GRADIENT.format(x=point.name) if self.of_gradient else f"F({point.name})"
        lets = (Let("F", self.function.expression), Let("t", Expression(source)), Let("held", Expression(_HELD)))
        return Given((*point.lets, *lets), "t")

    @cached_property
    def here(self) -> torch.Tensor:
        """The same tensor with the same graph, built by the trusted side."""
        x = self.x.detach().clone().requires_grad_()
        y = self.function(x)
        return torch.autograd.grad(y.sum(), x, create_graph=True)[0] if self.of_gradient else y

    @property
    def nodes(self) -> int:
        """The right count."""
        return count_nodes(self.here)

    @property
    def visits(self) -> int:
        """The count of a walk that does not remember where it has been."""
        return count_visits(self.here)


def matches_a_measurement(got: tuple[float, ...], sources: Sequence[str]) -> bool:
    """Whether (nodes of y, nodes of dy/dx) is what some usual way to write the function and to differentiate it gives.

    y may be counted with or without a closing sum(). Over autograd.grad the gradient of backward(create_graph=True)
    has one more node, its clone, as has one that was summed; functional.jacobian adds three of its own. The plainest
    source comes first, the others are measured only where it does not fit.
    """
    plainest = sources[0]
    return any(_matches(got, fn(source), (0, 1, 2, 3) if source == plainest else (0, 1, 2)) for source in sources)


def _matches(got: tuple[float, ...], function: Function, more: Sequence[int]) -> bool:
    x = torch.linspace(0.5, 1.5, 3)
    first = LiveGraph(function, x).nodes
    second = LiveGraph(function, x, of_gradient=True).nodes
    return got[0] - first in (0, 1) and got[1] - second in more
