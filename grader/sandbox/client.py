"""A client of the sandbox: open a child, ask it, close it. Used by the process that grades; imports no torch.

A `Sandbox` wraps one connection to the fork-server, a `Child` one isolated process reached over a socket of its own.
For each request the fork-server is told the deadline first, and it kills the child when that has passed, whether or not
this process is still there. A child that ends closes its socket; the reason comes over the connection. What the child
sends is read by `wire.codec`, which believes nothing. One thread per `Sandbox`.
"""

import contextlib
import dataclasses
import os
import select
import socket
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from grader.errors import ChildCrashed, ChildLied, ChildOutOfMemory, ChildTimedOut, SandboxError
from grader.limits import Limits
from grader.sandbox import channel
from grader.wire.codec import NONCE_BYTES, WireError, decode, encode, read_frame
from grader.wire.messages import Call, CallReport, Read, ReadReport, Reply, Request, RunReport, RunSubmission

QUEUE_SECONDS = 60.0
# How much later than the fork-server's deadline we conclude that the fork-server itself is not doing its work.
_GRACE_SECONDS = 5.0
# How long a process may take to end after it has closed its socket, before it is ended.
_SETTLING_SECONDS = 0.5
# How old the deadline of a child may be when it goes on with a request that was sent ahead.
_RENEWAL_SECONDS = 0.25
# How many requests a child may have at once, and how long one of those behind the first may be.
_AHEAD = 8
_AHEAD_BYTES = 8 * 1024
_READ_BYTES = 1 << 20
_REPLY_OF: dict[type, type[Reply]] = {RunSubmission: RunReport, Call: CallReport, Read: ReadReport}


@dataclass(frozen=True)
class Usage:
    """What a child used in its life. `memory_bytes` is its control group's peak, None where there is no group.

    `max_rss_bytes` includes the pages it shares with the fork-server.
    """

    cpu_seconds: float
    max_rss_bytes: int
    wall_seconds: float
    memory_bytes: int | None
    cause: str
    status: int


@dataclass(frozen=True)
class _Asked:
    """A request whose reply has not been read."""

    nonce: bytes
    reply: type[Reply]
    seconds: float


class Sandbox:
    """One connection to the fork-server. Closing it, or the death of this process, kills its children."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._tickets = 0
        self._ended: dict[int, channel.Message] = {}
        self._open: set[Child] = set()

    def open(self, limits: Limits = Limits(), queue_seconds: float = QUEUE_SECONDS) -> "Child":  # noqa: B008 - frozen
        """A fresh isolated child. Waits for a free slot; SandboxError when none comes free in `queue_seconds`."""
        self._tickets += 1
        number = self._tickets
        self._send({"op": "open", "ticket": number, "limits": dataclasses.asdict(limits)})
        ends = time.monotonic() + queue_seconds
        while True:
            try:
                message, descriptors = self._receive(ends)
            except TimeoutError:
                self._send({"op": "close", "ticket": number})
                raise SandboxError(f"No slot of the sandbox came free within {queue_seconds:.0f} s.") from None
            if message["op"] == "opened":
                end = socket.socket(fileno=descriptors[0])
                if message["ticket"] == number:
                    child = Child(self, number, end, limits)
                    self._open.add(child)
                    return child
                end.close()  # a child we had given up waiting for; it has been closed already
            elif message["op"] == "refused" and message["ticket"] == number:
                raise SandboxError(f"The sandbox could not isolate a process: {message['reason']}")

    def close(self) -> None:
        """End the connection and with it every child opened over it. Safe to repeat."""
        for child in tuple(self._open):
            child.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: channel.Message) -> None:
        try:
            channel.send(self._connection, message)
        except OSError as error:
            raise SandboxError("The sandbox's fork-server is gone.") from error

    def _receive(self, ends: float) -> tuple[channel.Message, list[int]]:
        self._connection.settimeout(max(0.001, ends - time.monotonic()))
        try:
            message, descriptors = channel.receive(self._connection)
        except TimeoutError:
            raise
        except OSError as error:
            raise SandboxError("The sandbox's fork-server is gone.") from error
        if message is None:
            raise SandboxError("The sandbox's fork-server died.")
        if message["op"] == "ended":
            self._ended[int(message["ticket"])] = message
        return message, descriptors

    def _end_within(self, number: int, seconds: float) -> Usage | None:
        """How the process ended, or None if the fork-server has not told within `seconds`."""
        ends = time.monotonic() + seconds
        while number not in self._ended:
            try:
                _, descriptors = self._receive(ends)
            except TimeoutError:
                return None
            for descriptor in descriptors:
                os.close(descriptor)
        end = self._ended.pop(number)
        names = [field.name for field in dataclasses.fields(Usage)]
        return Usage(**{name: end[name] for name in names})


class Child:
    """One isolated process. Ask it any number of times, one after another, then close it."""

    def __init__(self, sandbox: Sandbox, number: int, end: socket.socket, limits: Limits) -> None:
        self._sandbox = sandbox
        self._number = number
        self._end = end
        self._limits = limits
        self._usage: Usage | None = None
        self._closed = False
        self._ended_by_itself = False
        self._deadline_set = 0.0
        self._asked: deque[_Asked] = deque()

    def ask(self, request: Request, wall_seconds: float | None = None) -> Reply:
        """Send one request and wait for its reply; the first failure closes the child.

        Raises ChildTimedOut, ChildOutOfMemory, ChildCrashed or ChildLied for its failure, SandboxError for ours.
        """
        self.begin(request, wall_seconds)
        return self.finish()

    def ask_each(self, requests: Sequence[Request], wall_seconds: float | None = None) -> Generator[Reply, None, None]:
        """The replies in order; each request may take `wall_seconds`. Some are sent ahead, so that the child goes on
        with the next one while its last reply is read. Raises as `ask` does. A child whose replies were not all taken
        is closed, because nobody knows what it is at.
        """
        waiting = deque(requests)
        try:
            while waiting or self._asked:
                while waiting and len(self._asked) < _AHEAD:
                    nonce, frame = _framed(waiting[0])
                    # What is written must fit into the socket, or both ends could wait for the other to read.
                    if self._asked and len(frame) > _AHEAD_BYTES:
                        break
                    # One deadline holds for what is sent ahead as well, so it is longer by as much as it may age.
                    self._send_request(waiting.popleft(), nonce, frame, wall_seconds, slack=_RENEWAL_SECONDS)
                yield self.finish()
        finally:
            if self._asked:
                self.close()

    def begin(self, request: Request, wall_seconds: float | None = None) -> None:
        """Send one request without waiting for its reply; `finish` must follow. Raises as `ask` does."""
        self._send_request(request, *_framed(request), wall_seconds)

    def _send_request(
        self, request: Request, nonce: bytes, frame: bytes, wall_seconds: float | None, slack: float = 0.0
    ) -> None:
        if self._closed:
            raise SandboxError("This sandboxed process has been closed already.")
        seconds = self._limits.wall_seconds if wall_seconds is None else wall_seconds
        is_first = not self._asked
        self._asked.append(_Asked(nonce, _REPLY_OF[type(request)], seconds))
        with self._failing_as_told():
            if is_first:
                self._reject_unasked_bytes()
                self._set_deadline(seconds + slack)
            self._end.settimeout(seconds + _GRACE_SECONDS)
            with contextlib.suppress(ConnectionError):  # it may have answered before it closed; reading will tell
                self._end.sendall(frame)

    def finish(self) -> Reply:
        """Wait for the reply to the first request that was begun. Raises as `ask` does."""
        if not self._asked:
            raise SandboxError("Nothing has been asked.")
        asked = self._asked.popleft()
        with self._failing_as_told():
            reply = decode(
                self._read_frame(time.monotonic() + asked.seconds + _GRACE_SECONDS), asked.nonce, asked.reply
            )
            if not self._asked:
                self._reject_unasked_bytes()
        if not self._asked:
            self._set_deadline(None)
        elif time.monotonic() > self._deadline_set + _RENEWAL_SECONDS:
            self._set_deadline(self._asked[0].seconds + _RENEWAL_SECONDS)
        return reply

    def _set_deadline(self, seconds: float | None) -> None:
        self._deadline_set = time.monotonic()
        self._sandbox._send({"op": "deadline", "ticket": self._number, "seconds": seconds})

    @contextlib.contextmanager
    def _failing_as_told(self) -> Iterator[None]:
        """Turn what goes wrong on the line into the verdicts and faults that `ask` promises."""
        try:
            yield
        except WireError as error:
            self.close()
            raise ChildLied(str(error)) from error
        except TimeoutError:
            self.close()
            raise SandboxError("The sandbox's fork-server did not hold the deadline.") from None
        except (OSError, EOFError) as error:
            raise self._explain() from error

    def _read_frame(self, ends: float) -> bytes:
        def read(count: int) -> bytes:
            self._end.settimeout(max(0.001, ends - time.monotonic()))
            data = self._end.recv(min(count, _READ_BYTES))
            if not data:
                raise EOFError
            return data

        return read_frame(read)

    def _reject_unasked_bytes(self) -> None:
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        if poll.poll(0) and self._end.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
            raise WireError("bytes that nobody asked for")

    def _explain(self) -> Exception:
        """Why the process ended, as the error to raise."""
        self._ended_by_itself = True
        # Asked to close it before it is quite dead, the fork-server would take the end for our doing.
        self._usage = self._sandbox._end_within(self._number, _SETTLING_SECONDS)
        usage = self.usage
        if usage.cause in ("deadline", "cpu"):
            return ChildTimedOut(f"{usage.cause} after {usage.wall_seconds:.1f} s")
        if usage.cause == "memory":
            return ChildOutOfMemory(f"more than {self._limits.memory_bytes >> 20} MiB")
        if usage.cause in ("signal", "exit", "closed"):
            return ChildCrashed(f"{usage.cause} {usage.status}")
        return SandboxError(f"The sandboxed process ended for an unknown reason: {usage.cause}")

    @property
    def usage(self) -> Usage:
        """What the process used; closes it first if it still runs."""
        self.close()
        if self._usage is None:
            usage = self._sandbox._end_within(self._number, _GRACE_SECONDS)
            if usage is None:
                raise SandboxError("The sandbox did not tell how its process ended.")
            if not self._ended_by_itself and usage.cause in ("exit", "signal"):
                usage = dataclasses.replace(usage, cause="closed")  # it saw its socket close before the kill came
            self._usage = usage
        return self._usage

    def close(self) -> None:
        """Kill the process. Does not wait for its end. Safe to repeat."""
        if self._closed:
            return
        self._closed = True
        self._asked.clear()
        self._sandbox._open.discard(self)
        self._end.close()
        with contextlib.suppress(SandboxError):  # a fork-server that is gone has taken its children along
            self._sandbox._send({"op": "close", "ticket": self._number})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _framed(request: Request) -> tuple[bytes, bytes]:
    nonce = os.urandom(NONCE_BYTES)
    return nonce, encode(request, nonce)
