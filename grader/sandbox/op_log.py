"""Counts the operations torch runs, by the node of the graph that ran them and the function that was called for.

A dispatch mode sees the operations, also those of the backward pass, where the engine tells the node. A function mode
sees what the code itself called, which is how the cos of sin's own derivative is told from one that was typed in.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
import torch.utils._python_dispatch
from torch.overrides import TorchFunctionMode

from grader.sandbox.autograd_graph import node_name
from grader.wire.messages import OpCount

MAX_EVENTS = 20_000
MAX_DISTINCT = 2_000

_current_node: Any = torch._C._current_autograd_node
_function_modes: Any = torch._C._len_torch_function_stack
_pop_function_mode: Any = torch._C._pop_torch_function_stack
_tensor: Any = torch.tensor
_dispatch: Any = torch.utils._python_dispatch


class _Operations(torch.utils._python_dispatch.TorchDispatchMode):
    """Sees each operation as it is dispatched."""

    # Control-flow operators (torch.cond) refuse to run under a mode that does not say it knows them.
    supports_higher_order_operators = True

    def __init__(self, log: OpLog) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._log = log

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._log.saw(func)
        kwargs = kwargs or {}
        try:
            return func(*args, **kwargs)
        except RuntimeError as error:
            if "but instead found type" not in str(error):
                raise
        # On its way through a mode, a number that torch had made a tensor of (as in zeros + 0) is a number again.
        return func(*_numbers_as_tensors(func, args), **kwargs)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # The wrapping this would bring imports the compiler at the first operation.
        return False

    @classmethod
    def ignore_compile_internals(cls) -> bool:
        # torch.compile works as it does without the mode.
        return True


class _Calls(TorchFunctionMode):
    """Sees each torch function the code calls."""

    def __init__(self, log: OpLog) -> None:
        super().__init__()
        self._log = log

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        calls = self._log.calls
        calls.append(getattr(func, "__name__", None))
        try:
            return func(*args, **(kwargs or {}))
        finally:
            calls.pop()


class _Away:
    """Takes a dispatch mode away for a while, where it is the innermost one."""

    def __init__(self, mode: Any) -> None:
        self._mode = mode
        self._is_away = False

    def __enter__(self) -> None:
        self._is_away = _dispatch._get_current_dispatch_mode() is self._mode
        if self._is_away:
            self._mode.__exit__(None, None, None)

    def __exit__(self, *_: object) -> None:
        if self._is_away:
            self._mode.__enter__()


class OpLog:
    """Counts from `start` to `stop`; after MAX_EVENTS operations it only lets them pass.

    forward: count only what runs outside the engine, and don't tell what was called for; it takes half the time.
    inside_engine: to be entered around a run of the engine. torch takes the function mode away while one of its own
    functions runs, and backward is one; this puts it back for what a hook or a hand-written backward calls.
    """

    def __init__(self, *, forward: bool = False) -> None:
        self.calls: list[str | None] = []
        self._events = 0
        self._counts: Counter[tuple[Any, str | None, str | None]] = Counter()
        self._operations: Any = _Operations(self)
        self._forward = forward
        self.inside_engine: Any = _Away(self._operations) if forward else _Calls(self)

    def start(self) -> None:
        """Enters the modes."""
        self._operations.__enter__()
        if not self._forward:
            self.inside_engine.__enter__()

    def stop(self) -> None:
        """Leaves the modes, and with them those that the student's code entered and never left."""
        while _function_modes() > 0 and _pop_function_mode() is not self.inside_engine:
            pass
        while (top := _dispatch._get_current_dispatch_mode()) is not None:
            if top is self._operations:
                self._operations.__exit__(None, None, None)
                return
            _dispatch._pop_mode()

    def saw(self, operation: Any) -> None:
        """Counts one operation."""
        self._events += 1
        if self._events > MAX_EVENTS:
            return
        node = _current_node()
        if self._forward and node is not None:
            return
        key = (operation, None if node is None else node_name(node), self.calls[-1] if self.calls else None)
        if key in self._counts or len(self._counts) < MAX_DISTINCT:
            self._counts[key] += 1

    def counts(self) -> tuple[OpCount, ...]:
        """The counts, in the order in which the operations first ran."""
        merged: Counter[tuple[str, str | None, str | None]] = Counter()
        for (operation, node, api), times in self._counts.items():
            merged[_name(operation), node, api] += times
        return tuple(OpCount(op, node, api, times) for (op, node, api), times in merged.items())


def _numbers_as_tensors(operation: Any, args: Any) -> list[Any]:
    wanted = [str(parameter.type) for parameter in operation._schema.arguments]
    return [
        _tensor(value) if kind == "Tensor" and isinstance(value, (bool, int, float, complex)) else value
        for kind, value in zip(wanted, args, strict=False)
    ]


def _name(operation: Any) -> str:
    """The schema's name of an operator ("aten::cos"), the plain name of a higher-order one."""
    schema = getattr(operation, "_schema", None)
    return str(operation if schema is None else schema.name)
