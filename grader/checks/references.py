"""Reference derivatives, in float64 and by the trusted side's own torch; never by the student's code.

A reference counts only after two methods agree on it: reverse mode gives the numbers, and a central difference along
a random direction (two evaluations, h = 1e-6) has to confirm them.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from grader.errors import PackError

Differentiable = Callable[[torch.Tensor], torch.Tensor]

STEP = 1e-6


def grad(function: Differentiable, x: torch.Tensor) -> torch.Tensor:
    """The gradient of function(x).sum() at x: float64, in the shape of x. Raises PackError where not confirmed."""
    wide = _leaf(x)
    (gradient,) = torch.autograd.grad(function(wide).sum(), wide, materialize_grads=True)
    _confirm(lambda point: function(point).sum(), wide, gradient)
    return gradient


def second_grad(function: Differentiable, x: torch.Tensor) -> torch.Tensor:
    """The elementwise second derivative of an elementwise function at x, float64, in the shape of x."""
    wide = _leaf(x)

    def first(point: torch.Tensor) -> torch.Tensor:
        (gradient,) = torch.autograd.grad(function(point).sum(), point, create_graph=True)
        return gradient.sum()

    value = first(wide)
    if not value.requires_grad:
        return torch.zeros_like(wide)
    (gradient,) = torch.autograd.grad(value, wide, materialize_grads=True)
    # Adding 0 turns the ZeroTensor that torch gives for abs into an ordinary one.
    gradient = gradient + 0
    _confirm(lambda point: first(point.requires_grad_()), wide, gradient)
    return gradient


def _leaf(x: torch.Tensor) -> torch.Tensor:
    return x.detach().to(torch.float64).clone().requires_grad_()


def _confirm(scalar: Differentiable, x: torch.Tensor, gradient: torch.Tensor) -> None:
    direction = torch.cos(torch.arange(x.numel(), dtype=torch.float64) * 1.7 + 0.4).reshape(x.shape)
    above = float(scalar((x + STEP * direction).detach()).detach())
    below = float(scalar((x - STEP * direction).detach()).detach())
    difference = (above - below) / (2 * STEP)
    claimed = float((gradient * direction).sum())
    scale = max(1.0, abs(claimed), abs(above), float(gradient.abs().sum()))
    if not abs(difference - claimed) <= 1e-5 * scale:
        raise PackError("The reference derivative is not confirmed by a central difference: is this input on a kink?")
