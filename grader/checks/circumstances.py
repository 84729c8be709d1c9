"""What a question to the student's code consists of, and what the `with` blocks around it have altered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch

from grader.checks.functions import Function
from grader.checks.inputs import Handed, as_arguments
from grader.checks.values import to_tensor
from grader.wire.messages import (
    Argument,
    Call,
    Expression,
    Let,
    Ref,
    TensorSpec,
    World,
)

THROUGH = "<through>"


@dataclass(frozen=True)
class Circumstances:
    """What the `with` blocks around a check have altered."""

    world: World
    call_mark: float = 1.0
    bound: Mapping[str, Function] = field(default_factory=dict)
    apart: str = ""


def request_of(
    now: Circumstances,
    name: str,
    args: Iterable[Handed],
    kwargs: Mapping[str, Handed],
    *,
    ops: bool,
    lines: bool,
    through: str,
) -> Call:
    """The call of the student's function `name` in these circumstances, or of `through` with it as first argument."""
    lets: dict[str, Let] = {}
    arguments = as_arguments(list(args), lets)
    named = dict(zip(kwargs, as_arguments(list(kwargs.values()), lets), strict=True))
    bind: dict[str, Argument] = {}
    for place, (bound, function) in enumerate(now.bound.items()):
        lets[f"bound{place}"] = Let(f"bound{place}", function.expression)
        bind[bound] = Ref(f"bound{place}")
    called = name
    if through:
        lets["through"] = Let("through", Expression(through))
        called, arguments, bind = THROUGH, (Ref(name), *arguments), {**bind, THROUGH: Ref("through")}
    return Call(called, arguments, named, tuple(lets.values()), bind, now.call_mark, ops, lines)


def handed_in(request: Call) -> dict[str, torch.Tensor]:
    """The tensors a call hands over, by their names."""
    return {let.name: to_tensor(let.value.array) for let in request.lets if isinstance(let.value, TensorSpec)}
