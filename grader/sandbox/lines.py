"""Which lines of the submission ran."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from grader.sandbox.sources import Sources


class LineTracer:
    """Context manager that notes every executed line of the submission's own files, if `enabled`."""

    def __init__(self, sources: Sources, *, enabled: bool) -> None:
        self._sources = sources
        self._enabled = enabled
        self._found: set[int] = set()
        self._tracers: dict[str, Callable[[FrameType, str, Any], Any]] = {}

    def __enter__(self) -> Self:
        if self._enabled:
            sys.settrace(self._enter_frame)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._enabled:
            sys.settrace(None)

    def lines(self) -> tuple[int, ...]:
        """The lines, in order; lines of a notebook's cell k begin at k * CELL_LINES."""
        return tuple(sorted(self._found))

    def _enter_frame(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in self._sources.names:
            return None
        tracer = self._tracers.get(name)
        if tracer is None:
            tracer = self._tracers[name] = _line_tracer(self._found, self._sources.offset(name))
        return tracer


def _line_tracer(found: set[int], offset: int) -> Callable[[FrameType, str, Any], Any]:
    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            found.add(offset + frame.f_lineno)
        return trace

    return trace
