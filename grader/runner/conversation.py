"""How whoever wants a grading speaks with `grader serve`: lines of JSON over a unix socket, one conversation for each.

    -> {"op": "grade", "pack": id, "source": ..., "kind": ..., "name": ..., "written": {...}, "seed": n}
    <- {"check": record}      as each check ends; after a fault that was mended, again from the first
    <- {"report": record}     the end;  or {"fault": text}: ours, worth another try
    -> {"op": "health"}
    <- {"health": {...}}      or {"fault": text}

An empty line means "still at work": a server that sends none any more hangs, however long a grading may take. Whoever
hangs up, or says something in between, ends the grading. Both ends refuse lines that are too long and wait for no one
for ever.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from typing import Any

from grader.errors import GraderError

# A source of a million bytes may need six characters for each in JSON.
REQUEST_BYTES = 8 * 1024 * 1024
ANSWER_BYTES = 64 * 1024 * 1024
REQUEST_SECONDS = 10.0
SEND_SECONDS = 10.0
BEAT_SECONDS = 1.0
SILENT_SECONDS = 15.0
BEAT = b"\n"


class ConversationBroken(GraderError):  # noqa: N818 - it says what has happened to it
    """The other side said something that makes no sense, or too much, or nothing at all for too long."""


class Lines:
    """Reads lines of at most `most` bytes from a socket."""

    def __init__(self, connection: socket.socket, most: int) -> None:
        self._connection = connection
        self._most = most
        self._buffer = bytearray()

    def next(self, silent_seconds: float, deadline: float) -> bytes | None:
        """The next line without its end; None when the other side has hung up. Raises ConversationBroken, OSError.

        At most `silent_seconds` may pass without a byte, and the line must have come by `deadline` (monotonic).
        """
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > self._most:
                raise ConversationBroken(f"A line has more than {self._most} bytes.")
            left = min(silent_seconds, deadline - time.monotonic())
            if left <= 0:
                raise ConversationBroken("The time for an answer has run out.")
            self._connection.settimeout(left)
            try:
                received = self._connection.recv(1 << 18)
            except TimeoutError:
                raise ConversationBroken(f"Nothing was heard for {left:.0f} s.") from None
            if not received:
                return None
            self._buffer += received
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line


def say(connection: socket.socket, message: Mapping[str, Any]) -> None:
    """Send one line. Raises OSError when the other side is gone or reads nothing for too long."""
    connection.settimeout(SEND_SECONDS)
    connection.sendall(json.dumps(message).encode("ascii") + b"\n")


def understood(line: bytes) -> dict[str, Any]:
    """The object that a line holds. Raises ConversationBroken."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConversationBroken("A line is not JSON.") from error
    if not isinstance(message, dict):
        raise ConversationBroken("A line is not an object.")
    return message
