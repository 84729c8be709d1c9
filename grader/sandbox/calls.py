"""Answers the trusted side's questions to a submission that has run: call a function of it, read a name of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from grader.limits import SOFT_CALL_SECONDS
from grader.sandbox import tensor_bytes, tensors
from grader.sandbox.session import Session
from grader.sandbox.texts import class_name
from grader.sandbox.values import Values
from grader.wire.messages import (
    Argument,
    Call,
    CallReport,
    Expression,
    InputState,
    Items,
    OpaqueValue,
    Problem,
    Read,
    ReadReport,
    Ref,
    TensorSpec,
    Value,
)

# Reading a value can run a __repr__ of the student's.
SOFT_READ_SECONDS = 1.0

_MISSING = object()
_grad = torch._C.TensorBase.__dict__["grad"].__get__


class RequestError(Exception):
    """An input could not be made: the request is at fault, or the submission broke torch itself."""


@dataclass
class _Watched:
    """A tensor that is handed over, and what it held before."""

    name: str
    tensor: torch.Tensor
    before: object


def read(session: Session, request: Read) -> ReadReport:
    """The value of a global name."""
    found = session.namespace.get(request.name, _MISSING)
    if found is _MISSING:
        return ReadReport(missing=True, value=None)
    return ReadReport(missing=False, value=_told(session, found, {}))


def call(session: Session, request: Call) -> CallReport:
    """Call a global function and tell everything that came of it."""
    function = session.namespace.get(request.name, _MISSING)
    if not callable(function) and request.name not in request.bind:
        return _without_run(missing=True, problem=None)
    session.console.take()
    try:
        made = _make_lets(session, request)
        args = [_make(session, argument, made) for argument in request.args]
        kwargs = {name: _make(session, argument, made) for name, argument in request.kwargs.items()}
        bound = {name: _make(session, argument, made) for name, argument in request.bind.items()}
    except RequestError as error:
        return _without_run(missing=False, problem=session.problem_of(error))
    watched = [_Watched(name, made[name], _content(made[name])) for name in made if _is_tensor(made[name])]
    session.inputs = {id(one.tensor): one.name for one in watched}
    with (
        session.recording(mark=request.mark, ops=request.ops, lines=request.lines, forward=request.forward) as seen,
        _bound(session.namespace, bound),
    ):
        # By name, because `bind` may have put another function there.
        action = session.namespace.get(request.name, function)
        result, raised = session.guarded(lambda: action(*args, **kwargs), SOFT_CALL_SECONDS)
    problem = None if raised is None else session.problem_of(raised)
    values = Values(_identities(watched))
    value = None if raised is not None else _told(session, result, {}, values)
    inputs = tuple(_state(one, values) for one in watched)
    session.inputs = {}
    return CallReport(
        missing=False,
        value=value,
        problem=problem,
        inputs=inputs,
        runs=seen.autograd.runs(),
        runs_total=seen.autograd.runs_total,
        ops=seen.autograd.op_counts(),
        lines=seen.lines.lines(),
        figures=seen.figures.figures(),
        stdout=session.console.take()[0],
        places=seen.lines.places(),
    )


def _told(session: Session, found: object, known: Mapping[int, str], values: Values | None = None) -> Value:
    """The value of an object, in bounded time."""
    values = values or Values(known)
    value, error = session.guarded(lambda: values.of(found), SOFT_READ_SECONDS)
    return value if error is None else OpaqueValue(class_name(type(found)), "", callable=False)


def _without_run(*, missing: bool, problem: Problem | None) -> CallReport:
    return CallReport(missing, None, problem, (), (), 0, (), (), (), "")


def _make_lets(session: Session, request: Call) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for let in request.lets:
        value = _make(session, let.value, made)
        if isinstance(let.value, Expression) and type(value) is type(_make_lets):
            # A student who prints it, or asks for its name, sees an ordinary function.
            value.__name__ = value.__qualname__ = let.name
        made[let.name] = value
    return made


def _make(session: Session, argument: Argument, made: Mapping[str, Any]) -> Any:
    if isinstance(argument, Ref):
        found = made.get(argument.name, session.namespace.get(argument.name, _MISSING))
        if found is _MISSING:
            raise RequestError(f"nothing is named {argument.name} here")
        return found
    if isinstance(argument, Items):
        return [_make(session, item, made) for item in argument.items]
    try:
        if isinstance(argument, TensorSpec):
            return tensors.build(argument)
        if isinstance(argument, Expression):
            # Also where the submission left gradients switched off.
            with torch.inference_mode(mode=False), torch.enable_grad():
                return session.originals.evaluate(argument.source, made)
    except Exception as error:
        raise RequestError(f"an input could not be made: {type(error).__name__}: {error}") from error
    return argument


@contextmanager
def _bound(namespace: dict[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    before = {name: namespace.get(name, _MISSING) for name in values}
    namespace.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is _MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value


def _is_tensor(value: object) -> bool:
    return issubclass(type(value), torch.Tensor)


def _content(tensor: torch.Tensor) -> object:
    """Everything that makes its values, bit by bit, so that NaN is equal to itself and 0.0 is not -0.0."""
    raw = tensor_bytes.raw(tensor, 2**22)
    return None if raw is None else (raw[0], tuple(raw[1]), raw[2])


def _state(watched: _Watched, values: Values) -> InputState:
    tensor = watched.tensor
    keeps_grad = tensor.is_leaf or tensor.retains_grad
    return InputState(
        name=watched.name,
        changed=_content(tensor) != watched.before,
        value=values.array_of(tensor),
        grad=values.array_of(_grad(tensor)) if keeps_grad else None,
        requires_grad=bool(tensor.requires_grad),
    )


def _identities(watched: list[_Watched]) -> dict[int, str]:
    """Names by id of the inputs and their gradients. The gradients live as long as the inputs do."""
    names = {}
    for one in watched:
        grad = _grad(one.tensor) if one.tensor.is_leaf or one.tensor.retains_grad else None
        if grad is not None:
            names[id(grad)] = f"{one.name}.grad"
    names.update({id(one.tensor): one.name for one in watched})
    return names
