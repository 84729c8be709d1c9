"""What a question to the student's code consists of, and where it goes: to runs of his submission, in some world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch

from grader.checks.functions import Function
from grader.checks.inputs import Handed, as_arguments
from grader.checks.values import to_tensor
from grader.errors import ChildFailure
from grader.wire.messages import (
    Argument,
    Call,
    CallReport,
    Expression,
    Let,
    Read,
    ReadReport,
    Ref,
    RunReport,
    TensorSpec,
    World,
)

THROUGH = "<through>"


@dataclass(frozen=True)
class Answers:
    """The answers to the first of some calls; `failure` is why there are no more, None where nothing failed."""

    reports: tuple[CallReport, ...]
    failure: ChildFailure | None = None


class Worlds(Protocol):
    """Runs of one submission, each in a child of its own. The runner implements it; tests have a small one."""

    source: str
    kind: str

    def run(self, world: World) -> RunReport:
        """The run of the whole submission in this world, made once. Raises ChildFailure."""

    def anticipate(self, world: World, apart: str = "") -> None:
        """A hint that `world` will be run; it may be ignored."""

    def ask(self, world: World, request: Call | Read, apart: str = "") -> CallReport | ReadReport:
        """A question to a child that has run the submission in this world; to one of its own for each `apart`. Raises
        ChildFailure.
        """

    def ask_all(self, world: World, requests: Sequence[Call], apart: str = "") -> Answers:
        """Some questions in turn to such a child; fewer answers where one ran out of time or ended it."""


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
