"""`grader serve`: one process owns an engine and lends it to others, at a unix socket that only its owner can open.

Theory of operation. The main thread listens and, once a second, tells every conversation that the server is alive. Each
conversation has a thread of its own, which waits for the engine; the engine watches the client's socket beside its own
work, so a client that hangs up ends its grading. Another thread asks both fork-servers for a sign of life now and then:
one that hangs is alive to the kernel and would be waited for, so the engine is started again, and repeats by itself the
gradings that were in flight.

SIGTERM or SIGINT: no new conversation, a time of grace for the gradings that run, then the end.
"""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from grader.errors import GraderError, GradingAbandoned, PackError, SandboxError
from grader.packs import Pack, find_pack, pack_ids
from grader.report import CheckResult, Report, rejection
from grader.runner.conversation import (
    BEAT,
    BEAT_SECONDS,
    REQUEST_BYTES,
    REQUEST_SECONDS,
    ConversationBroken,
    Lines,
    say,
    understood,
)
from grader.runner.engine import Engine, engine_version
from grader.runner.listening import listening
from grader.sentences import sentence
from grader.settings import Settings
from grader.submission import Submission

CONVERSATIONS = 32
GRACE_SECONDS = 20.0
WATCH_SECONDS = 2.0
SIGN_SECONDS = 5.0
SEEDS = 2**31


class Conversation:
    """One client. Whatever is said to it is said as a whole: the signs of life come from another thread."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.thread: threading.Thread | None = None
        self._speaking = threading.Lock()

    def say(self, message: Mapping[str, Any]) -> None:
        """Send one line. Raises OSError."""
        with self._speaking:
            say(self.connection, message)

    def beat(self) -> None:
        """Send a sign of life. A client with a full buffer, or one that is being spoken to, needs none."""
        if self._speaking.acquire(blocking=False):
            try:
                poll = select.poll()
                poll.register(self.connection, select.POLLOUT)
                with contextlib.suppress(OSError):
                    if poll.poll(0):
                        self.connection.send(BEAT)
            finally:
                self._speaking.release()

    def request(self) -> dict[str, Any] | None:
        """What the client wants; None if it has hung up. Raises ConversationBroken, OSError."""
        lines = Lines(self.connection, REQUEST_BYTES)
        line = lines.next(REQUEST_SECONDS, time.monotonic() + REQUEST_SECONDS)
        return None if line is None else understood(line)

    def hang_up(self) -> None:
        """End it from this side; its thread notices."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class GradingServer:
    """Serves gradings at `path` until a signal comes. `conversations` bounds how many are held at once.

    A part of the engine that gives no sign of life within `sign_seconds`, twice, is started again.
    """

    def __init__(
        self,
        settings: Settings,
        path: Path,
        conversations: int = CONVERSATIONS,
        grace_seconds: float = GRACE_SECONDS,
        sign_seconds: float = SIGN_SECONDS,
    ) -> None:
        self._sign_seconds = sign_seconds
        self._settings = settings
        self._path = path
        self._most = conversations
        self._grace_seconds = grace_seconds
        self._engine = Engine(settings)
        self._lock = threading.Lock()
        self._open: set[Conversation] = set()
        self._over = threading.Event()

    def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Listen, start the engine, call `ready`, and serve until a signal. Call it from the main thread.

        Raises AlreadyServed, and SandboxError when the engine can't start or the socket can't be made.
        """
        wake, waker = socket.socketpair()
        with wake, waker, _signals(lambda: self._stop(waker)), listening(self._path, self._most) as listener:
            try:
                self._engine.start()
                watch = threading.Thread(target=self._watch, name="watch", daemon=True)
                watch.start()
                ready()
                self._accept(listener, wake)
            finally:
                self._over.set()
                listener.close()
                self._finish()
                self._engine.stop()

    def _stop(self, waker: socket.socket) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            waker.send(b"1")

    # ------------------------------------------------------------------------------------------ conversations

    def _accept(self, listener: socket.socket, wake: socket.socket) -> None:
        beat_at = time.monotonic()
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        poll.register(wake, select.POLLIN)
        while not self._over.is_set():
            poll.poll(1000 * BEAT_SECONDS)
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + BEAT_SECONDS
                self._beat()
            with contextlib.suppress(BlockingIOError, ConnectionError):
                connection, _ = listener.accept()
                self._admit(connection)

    def _admit(self, connection: socket.socket) -> None:
        conversation = Conversation(connection)
        with self._lock:
            full = len(self._open) >= self._most
            if not full:
                conversation.thread = threading.Thread(target=self._converse, args=(conversation,), daemon=True)
                self._open.add(conversation)
                conversation.thread.start()
        if full:
            with connection, contextlib.suppress(OSError):
                say(connection, {"fault": f"The grading server is holding {self._most} conversations already."})

    def _beat(self) -> None:
        with self._lock:
            for conversation in self._open:
                conversation.beat()

    def _converse(self, conversation: Conversation) -> None:
        try:
            request = conversation.request()
            if request is not None:
                conversation.say(self._answer(conversation, request))
        except (GradingAbandoned, OSError):
            pass  # Nobody is left to be told.
        except Exception as error:  # noqa: BLE001 - whatever happens here, the client must hear of it
            said = str(error) if isinstance(error, GraderError) else repr(error)
            with contextlib.suppress(OSError):
                conversation.say({"fault": said})
        finally:
            with self._lock:
                self._open.discard(conversation)
                conversation.connection.close()

    def _answer(self, conversation: Conversation, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("op") == "health":
            return {"health": self._health()}
        if request.get("op") == "grade":
            return {"report": self._grade(conversation, request).to_record()}
        raise ConversationBroken("The op of a request is grade or health.")

    def _grade(self, conversation: Conversation, request: dict[str, Any]) -> Report:
        submission, pack_id, seed = _submission(request), request.get("pack"), request.get("seed")
        if not isinstance(pack_id, str) or type(seed) is not int or not 0 <= seed < SEEDS:
            raise ConversationBroken("A grading needs the id of a pack and a seed.")

        def tell(result: CheckResult) -> None:
            try:
                conversation.say({"check": result.to_record()})
            except OSError as error:
                raise GradingAbandoned("The client does not listen any more.") from error

        try:
            pack = self._pack(pack_id)
        except PackError as error:
            return rejection(pack_id, seed, "broken_pack", sentence("broken-pack"), engine_version(), fault=str(error))
        return self._engine.grade(pack, submission, seed, tell, conversation.connection)

    def _pack(self, pack_id: str) -> Pack:
        # `find_pack` also takes the path of a folder, which is for people at a terminal.
        if pack_id not in pack_ids(self._settings.exercises):
            raise PackError(f"There is no pack {pack_id!r} in the folders of this server.")
        return find_pack(pack_id, self._settings.exercises)

    def _health(self) -> dict[str, Any]:
        self._engine.start()
        silent = self._engine.silent_part(self._sign_seconds)
        if silent:
            raise SandboxError(f"The {silent}'s fork-server gives no sign of life.")
        with self._lock:
            conversations = len(self._open) - 1
        return {
            "engine_version": engine_version(),
            "torch_version": self._engine.checker.torch_version,
            "rung": self._engine.sandbox.rung,
            "conversations": conversations,
        }

    # ------------------------------------------------------------------------------------------ watch and end

    def _watch(self) -> None:
        """Stop an engine of which a part was silent twice in a row. The next grading, or this loop, starts it again."""
        silent_before = ""
        while not self._over.wait(WATCH_SECONDS):
            silent = self._engine.silent_part(self._sign_seconds)
            if silent and silent == silent_before and not self._over.is_set():
                self._engine.stop()
                with contextlib.suppress(SandboxError):
                    self._engine.start()
                silent = ""
            silent_before = silent

    def _finish(self) -> None:
        """Wait for the conversations, then hang up on those that are left."""
        deadline = time.monotonic() + self._grace_seconds
        while (left := self._threads()) and time.monotonic() < deadline:
            self._beat()
            left[0].join(min(BEAT_SECONDS, max(0.0, deadline - time.monotonic())))
        with self._lock:
            for conversation in self._open:
                conversation.hang_up()
        for thread in self._threads():
            thread.join(1.0)

    def _threads(self) -> list[threading.Thread]:
        with self._lock:
            return [conversation.thread for conversation in self._open if conversation.thread is not None]


def _submission(request: dict[str, Any]) -> Submission:
    source, kind, name = (request.get(field) for field in ("source", "kind", "name"))
    written = request.get("written", {})
    if not (isinstance(source, str) and isinstance(name, str) and kind in ("py", "ipynb")):
        raise ConversationBroken("A submission has a source, a name, and py or ipynb for its kind.")
    if not (isinstance(written, dict) and all(isinstance(text, str) for text in written.values())):
        raise ConversationBroken("Written answers are texts by the name of their check.")
    return Submission(source, kind, name, written)


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
