"""The submission's process: its namespace, and the guard inside which every piece of its code runs."""

from __future__ import annotations

import builtins
import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np
import torch

from grader.sandbox import autograd_log, figures, plotting
from grader.sandbox.clock import SoftLimit
from grader.sandbox.console import Console
from grader.sandbox.lines import LineTracer
from grader.sandbox.problems import problem_of
from grader.sandbox.sources import Sources
from grader.sandbox.texts import NAME_CHARACTERS
from grader.sandbox.worlds import Originals
from grader.wire.messages import GlobalName, Problem

NAMES = 2000
RECURSION_LIMIT = 1000

_FUNCTIONS = (FunctionType, BuiltinFunctionType)
_KINDS: tuple[tuple[str, Any], ...] = (
    ("tensor", torch.Tensor),
    ("ndarray", np.ndarray),
    ("module", ModuleType),
    ("class", type),
    ("function", _FUNCTIONS),
)


@dataclass
class Recording:
    """What was switched on while the student's code ran."""

    autograd: autograd_log.Recorder
    figures: figures.Recorder
    lines: LineTracer


class Session:
    """One submission in one child. `cell` is the index of the running cell, None outside the submission's run."""

    def __init__(self) -> None:
        self.console = Console()
        self.sources = Sources()
        self.originals = Originals()
        self.cell: int | None = None
        # Names of tensors that are not global names: the inputs of the running call.
        self.inputs: dict[int, str] = {}
        self._process_main = sys.modules.get("__main__")
        self.module = ModuleType("__main__")
        self.namespace: dict[str, Any] = self.module.__dict__
        self._given: set[str] = set()

    def install(self, file: str | None) -> None:
        """Make this process the student's: streams, arguments and a `__main__` of its own."""
        self.console.install()
        self.namespace["__builtins__"] = builtins
        if file is not None:
            self.namespace["__file__"] = file
        sys.modules["__main__"] = self.module
        sys.argv = [file or "notebook"]
        if "" not in sys.path:
            sys.path.insert(0, "")
        _usual_warnings()
        self._given = set(self.namespace)

    @contextlib.contextmanager
    def recording(self, *, mark: float, ops: bool, lines: bool, forward: bool = False) -> Iterator[Recording]:
        """Switch the recorders on."""
        log = autograd_log.Recorder(
            mark=mark,
            ops=ops,
            forward=forward,
            name_of=self.name_of,
            cell=self._running_cell,
            problem_of=self.problem_of,
        )
        drawn = figures.Recorder(cell=self._running_cell)
        tracer = LineTracer(self.sources, enabled=lines)
        with drawn, log, tracer:
            yield Recording(log, drawn, tracer)

    def guarded(self, action: Callable[[], Any], seconds: float) -> tuple[Any, BaseException | None]:
        """(result, None), or (None, whatever the student's code raised)."""
        limit = SoftLimit(seconds, self.sources.names)
        try:
            with limit:
                result = action()
        except BaseException as error:  # noqa: BLE001 -- SystemExit and the like are outcomes of student code too
            limit.stop()
            return None, error
        finally:
            self._restore_interpreter()
        return result, None

    def problem_of(self, error: BaseException) -> Problem:
        """The problem an exception of the student's code is."""
        return problem_of(error, self.sources, self.cell)

    def name_of(self, tensor: torch.Tensor) -> str | None:
        """The name of a tensor: of an input of the running call, else a global one."""
        known = self.inputs.get(id(tensor))
        if known is not None:
            return known
        for name, value in list(self.namespace.items()):
            if value is tensor:
                return name[:NAME_CHARACTERS]
        return None

    def names(self) -> tuple[GlobalName, ...]:
        """What the submission left at top level."""
        found = []
        for name, value in list(self.namespace.items()):
            if type(name) is str and name not in self._given and not name.startswith("__"):
                cls = type(value)
                kind = next((kind for kind, base in _KINDS if issubclass(cls, base)), "other")
                found.append(GlobalName(name[:NAME_CHARACTERS], kind))
        return tuple(found[:NAMES])

    def _running_cell(self) -> int | None:
        return self.cell

    @staticmethod
    def _restore_interpreter() -> None:
        # What follows is our code again, and needs as much room as it is used to.
        if sys.getrecursionlimit() < RECURSION_LIMIT:
            sys.setrecursionlimit(RECURSION_LIMIT)
        sys.setprofile(None)


def _usual_warnings() -> None:
    """The filters a fresh interpreter has, whatever this process was started with."""
    warnings.resetwarnings()
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    plotting.quiet_warnings()
