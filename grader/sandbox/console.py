"""The student's standard streams: an empty input, and two outputs that keep what fits and count the rest."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TextIO

from grader.limits import TEXT_CHARACTERS


class _Sink(io.RawIOBase):
    """Keeps the first `capacity` bytes written to it. Closing it does nothing: print() must go on working."""

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self._capacity = capacity
        self._kept = bytearray()
        self.overflowed = False

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        room = self._capacity - len(self._kept)
        if len(view) > room:
            self.overflowed = True
        if room > 0:
            self._kept += view[:room]
        return len(view)

    def close(self) -> None:
        # Also called when a student's own TextIOWrapper around this buffer is thrown away.
        return

    def take(self) -> bytes:
        """What was written since the last time."""
        kept = bytes(self._kept)
        self._kept.clear()
        return kept


class Console:
    """`sys.stdin`, `sys.stdout` and `sys.stderr` of the student's program."""

    def __init__(self) -> None:
        # A character of UTF-8 has at most 4 bytes.
        self._sinks = {"stdout": _Sink(4 * TEXT_CHARACTERS), "stderr": _Sink(4 * TEXT_CHARACTERS)}
        self._overlong = False

    def install(self) -> None:
        """Put the streams in place of the process's own."""
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")  # type: ignore[misc]
        sys.stdout = sys.__stdout__ = _stream(self._sinks["stdout"])  # type: ignore[misc, assignment]
        sys.stderr = sys.__stderr__ = _stream(self._sinks["stderr"])  # type: ignore[misc, assignment]

    def take(self) -> tuple[str, str]:
        """(stdout, stderr) since the last call of this."""
        return self._text("stdout"), self._text("stderr")

    def take_truncated(self) -> bool:
        """Whether anything was left out since the last call of this."""
        truncated = self._overlong or any(sink.overflowed for sink in self._sinks.values())
        self._overlong = False
        for sink in self._sinks.values():
            sink.overflowed = False
        return truncated

    def _text(self, name: str) -> str:
        # The student may have put a buffering wrapper of his own there.
        with contextlib.suppress(Exception):
            getattr(sys, name).flush()
        text = self._sinks[name].take().decode("utf-8", "replace")
        self._overlong = self._overlong or len(text) > TEXT_CHARACTERS
        return text[:TEXT_CHARACTERS]


def _stream(sink: _Sink) -> TextIO:
    # write_through: nothing is lost when the process ends in the middle of a line.
    return io.TextIOWrapper(
        sink,  # type: ignore[type-var]
        encoding="utf-8",
        errors="backslashreplace",
        newline="\n",
        write_through=True,
    )
