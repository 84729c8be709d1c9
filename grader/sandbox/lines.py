"""Which lines and which expressions of the submission ran, and how often."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

from grader.sandbox.sources import Sources
from grader.wire.messages import Place

MAX_PLACES = 5000


class LineTracer:
    """Context manager that notes every executed line and instruction of the submission's own files, if `enabled`."""

    def __init__(self, sources: Sources, *, enabled: bool) -> None:
        self._sources = sources
        self._enabled = enabled
        self._found: set[int] = set()
        self._instructions: Counter[tuple[CodeType, int]] = Counter()
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

    def places(self) -> tuple[Place, ...]:
        """The pieces of source that executed instructions stand for, in order, numbered as the lines are.

        A line does not tell which side of `a if test else b` ran; a place does.
        """
        counts: dict[tuple[int, int, int, int], int] = {}
        positions: dict[CodeType, list[tuple[int | None, ...]]] = {}
        for (code, instruction), count in self._instructions.items():
            known = positions.get(code)
            if known is None:
                known = positions[code] = list(code.co_positions())
            line, end_line, column, end_column = known[instruction // 2]
            if line is None or end_line is None or column is None or end_column is None:
                continue
            offset = self._sources.offset(code.co_filename)
            place = (offset + line, column, offset + end_line, end_column)
            counts[place] = max(count, counts.get(place, 0))
        return tuple(Place(*place, count=counts[place]) for place in sorted(counts)[:MAX_PLACES])

    def _enter_frame(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in self._sources.names:
            return None
        frame.f_trace_opcodes = True
        tracer = self._tracers.get(name)
        if tracer is None:
            tracer = self._tracers[name] = _line_tracer(self._found, self._instructions, self._sources.offset(name))
        return tracer


def _line_tracer(
    found: set[int], instructions: Counter[tuple[CodeType, int]], offset: int
) -> Callable[[FrameType, str, Any], Any]:
    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "opcode":
            instructions[frame.f_code, frame.f_lasti] += 1
        elif event == "line":
            found.add(offset + frame.f_lineno)
        return trace

    return trace
