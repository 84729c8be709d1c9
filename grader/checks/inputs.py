"""Inputs for the student's functions: seeded tensors, and live graphs that are built inside the student's process."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from grader.checks.functions import Function
from grader.checks.values import to_array
from grader.errors import PackError
from grader.wire.messages import Argument, Items, Let, Ref, TensorSpec

# The distance kept from 0, where most kinks are.
KINK = 0.05

# The generator of the running check; empty until the first check is seeded.
_generator: list[torch.Generator] = []


def reseed(seed: int, check: str) -> None:
    """Makes every draw of the check that runs next repeatable; called before each check."""
    _generator[:] = [torch.Generator().manual_seed(zlib.crc32(f"{seed}/{check}".encode()))]


def _uniform(count: int) -> torch.Tensor:
    if not _generator:
        raise PackError("A check draws its inputs while its file is imported; draw them inside the test.")
    return torch.rand(count, generator=_generator[0], dtype=torch.float64)


def number(low: float, high: float) -> float:
    """A seeded number from [low, high)."""
    return low + (high - low) * float(_uniform(1))


def rand(*shape: int, low: float = -2.0, high: float = 2.0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """A seeded tensor, uniform in [low, high], no entry nearer to 0 than `KINK` where the range has room for that."""
    count = int(torch.Size(shape).numel())
    values = low + (high - low) * _uniform(count)
    if low < -KINK and high > KINK:
        values = torch.where(values.abs() < KINK, values.sign().clamp(min=0) * 2 * KINK + values - KINK, values)
    return values.to(dtype).reshape(shape)


@dataclass(frozen=True)
class Given:
    """An argument made inside the student's process: `lets` build it, `name` is the let that it is.

    `tensor` holds the same numbers on the trusted side, where the argument is a leaf.
    """

    lets: tuple[Let, ...]
    name: str
    tensor: torch.Tensor | None = None


Handed = Given | torch.Tensor | Function | Argument | Sequence["Handed"]


def leaf(
    tensor: torch.Tensor,
    *,
    name: str = "x",
    requires_grad: bool = True,
    stale_grad: float | None = None,
    noncontiguous: bool = False,
    of_leaf: bool = False,
) -> Given:
    """The tensor as an argument.

    stale_grad: pre-fills .grad with this number. of_leaf: hands over a non-leaf. noncontiguous: transposed strides.
    """
    spec = TensorSpec(to_array(tensor), requires_grad, not of_leaf, not noncontiguous, stale_grad)
    return Given((Let(name, spec),), name, tensor)


def graph_of(function: Function, x: torch.Tensor | Given) -> tuple[Given, Given]:
    """A live graph y = function(x): the arguments (y, x), of which either or both may be handed over."""
    given = x if isinstance(x, Given) else leaf(x)
    lets = (*given.lets, Let("F", function.expression), Let("y", function.applied_to(given.name)))
    return Given(lets, "y"), given


def as_arguments(args: Sequence[Handed], lets: dict[str, Let]) -> tuple[Argument, ...]:
    """Arguments for the wire; the lets they need are added to `lets`. A bare float tensor becomes a leaf with grad."""
    return tuple(_argument(arg, lets) for arg in args)


def _argument(arg: Handed, lets: dict[str, Let]) -> Argument:
    if isinstance(arg, Given):
        for let in arg.lets:
            if lets.setdefault(let.name, let) != let:
                raise PackError(f"Two different arguments of one call are both named {let.name!r}.")
        return Ref(arg.name)
    if isinstance(arg, torch.Tensor):
        name = next(name for name in ("x", *(f"x{n}" for n in range(2, 99))) if name not in lets)
        return _argument(leaf(arg, name=name, requires_grad=arg.is_floating_point()), lets)
    if isinstance(arg, Function):
        return arg.expression
    if isinstance(arg, (list, tuple)):
        return Items(as_arguments(arg, lets))
    return arg  # type: ignore[return-value]  # what is left is one of the plain wire values
