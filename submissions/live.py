"""What happens to a submission at this moment, told through the broker: a hint, never the truth.

The rows in the database are the truth. Whatever is told here only says "look again", and the checks of a grading that
is still running, which no row holds yet. So a dead, frozen or forgetful broker costs a page some freshness and nothing
else: every call has a short time-out, none raises, and after a failure the broker is left alone for a moment.

Theory of operation. Events go out by PUBLISH. Each process that has open pages listens on one connection for all of
them: one thread hands every event to the streams it is meant for, so a hundred open pages are a hundred small queues
and not a hundred connections. While that connection is down, the streams say "changed" once a second by themselves.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TypeVar
from weakref import WeakSet

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

CHANGED = "changed"
CHECK = "check"
NOTHING_NEW = ""

ANSWER_SECONDS = 0.5
CONNECT_SECONDS = 0.3
# How long the broker is left alone after it failed to answer: a page waits for it once, not once for each question.
REST_SECONDS = 2.0
PROGRESS_SECONDS = 900
MOST_CHECKS = 200
MOST_STREAMS = 400
# A stream that has nothing to tell says so this often: only by writing is it noticed that the reader has gone, and
# whoever reads may look at the rows meanwhile.
HEARTBEAT_SECONDS = 5.0
WITHOUT_BROKER_SECONDS = 1.0
# The checks of a fast grading end within a few milliseconds of each other. Each time it is told, a page is fetched,
# which then competes with the grading itself; nobody sees the difference to once in so long.
PACE_SECONDS = 0.12
SILENT_SECONDS = 5.0
PING_SECONDS = 1.5

CHANNEL = "live:"

AnswerT = TypeVar("AnswerT")


def connect(broker_url: str, answer_seconds: float = ANSWER_SECONDS) -> redis.Redis:
    """A client that never waits long. A connection that the server closed meanwhile is opened again, once."""
    return redis.Redis.from_url(
        broker_url,
        socket_timeout=answer_seconds,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        decode_responses=True,
        protocol=2,
    )


class Live:
    """Tells and hears what happens to submissions. Safe to use from any thread, and in a fork of its process."""

    def __init__(self, broker_url: str) -> None:
        self._url = broker_url
        self._client = connect(broker_url)
        self._resting_until = 0.0
        self._lock = threading.Lock()
        self._listener: _Listener | None = None
        self._listener_pid = 0

    # ------------------------------------------------------------------------------------------------ telling

    def announce(self, public_id: str, event: str) -> None:
        """Tell every open page of this submission that something has happened."""
        self._try(lambda: self._client.publish(CHANNEL + public_id, event), None)

    def check(self, public_id: str, grading_id: int, record: Mapping[str, Any]) -> None:
        """Keep the record of a check that has just ended for as long as its grading may run, and announce it."""
        key, line = _progress_key(public_id, grading_id), json.dumps(record)

        def tell() -> None:
            pipe = self._client.pipeline(transaction=False)
            pipe.rpush(key, line)
            pipe.ltrim(key, -MOST_CHECKS, -1)
            pipe.expire(key, PROGRESS_SECONDS)
            pipe.publish(CHANNEL + public_id, CHECK)
            pipe.execute()

        self._try(tell, None)

    # ------------------------------------------------------------------------------------------------ hearing

    def progress(self, public_id: str, grading_id: int) -> list[dict[str, Any]]:
        """The records so far, in the order in which their checks first ended; a check that ran again by its last."""
        lines: list[str] = self._try(lambda: self._lines(public_id, grading_id), [])
        records: dict[str, dict[str, Any]] = {}
        for line in lines:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                record = json.loads(line)
                records[record["name"]] = record
        return list(records.values())

    def listen(self, public_id: str, seconds: float) -> Stream:
        """Events of this submission from this moment on, for so many seconds. Close the stream when done.

        It is heard from before this returns, so whoever reads the rows afterwards misses nothing. It gives the event's
        name, "changed" where something may have happened, and "" where nothing has (write it out all the same: that
        shows whether the reader is still there). With too many streams in this process it ends at once; see `full`.
        """
        return Stream(self._heard(), public_id, seconds)

    @property
    def full(self) -> bool:
        """Whether this process has as many streams as it may: a page then has to ask from time to time."""
        return self._heard().count >= MOST_STREAMS

    def close(self) -> None:
        """Stop listening and close the connections."""
        with self._lock:
            if self._listener is not None and self._listener_pid == os.getpid():
                self._listener.stop()
            self._listener = None
        self._client.close()

    # ---------------------------------------------------------------------------------------------- internals

    def _lines(self, public_id: str, grading_id: int) -> list[str]:
        answer: Any = self._client.lrange(_progress_key(public_id, grading_id), 0, -1)
        return list(answer)

    def _try(self, ask: Callable[[], AnswerT], otherwise: AnswerT) -> AnswerT:
        if time.monotonic() < self._resting_until:
            return otherwise
        try:
            return ask()
        except (redis.RedisError, OSError, ValueError, RuntimeError):
            self._resting_until = time.monotonic() + REST_SECONDS
            return otherwise

    def _heard(self) -> _Listener:
        with self._lock:
            if self._listener is None or self._listener_pid != os.getpid():  # a thread does not survive a fork
                self._listener, self._listener_pid = _Listener(self._url), os.getpid()
            return self._listener


class Stream:
    """What one open page hears. An iterator of events; `close` frees its place."""

    def __init__(self, listener: _Listener, public_id: str, seconds: float) -> None:
        self._listener = listener
        self._public_id = public_id
        self._deadline = time.monotonic() + seconds
        self._news = threading.Condition()
        self._event: str | None = None
        self._told_at = 0.0
        self._open = listener.add(public_id, self)

    def tell(self, event: str) -> None:
        """An event has come. One that was not fetched yet is replaced: "look again" is said once as well as twice."""
        with self._news:
            self._event = event
            self._news.notify()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self._news:
            left = self._deadline - time.monotonic()
            if not self._open or left <= 0:
                self.close()
                raise StopIteration
            without = not self._listener.connected
            self._news.wait_for(lambda: self._event is not None or not self._open, self._patience(left, without))
            self._keep_pace()
            if not self._open:
                raise StopIteration
            event, self._event = self._event, None
            self._told_at = time.monotonic()
        if event is not None:
            return event
        return CHANGED if without else NOTHING_NEW

    def _keep_pace(self) -> None:
        """Where one more check has ended a moment after the last event, wait for what else may come."""
        wait = self._told_at + PACE_SECONDS - time.monotonic()
        if self._event == CHECK and wait > 0:
            self._news.wait_for(lambda: self._event != CHECK or not self._open, wait)

    def _patience(self, left: float, without: bool) -> float:
        return min(left, WITHOUT_BROKER_SECONDS if without else HEARTBEAT_SECONDS)

    def close(self) -> None:
        """Hear no more. Safe to repeat, and from another thread."""
        if self._open:
            self._open = False
            self._listener.remove(self._public_id, self)
            with self._news:
                self._news.notify()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_open", False):
            self.close()


class _Listener:
    """One connection and one thread of a process, for all its streams. The first stream starts it."""

    def __init__(self, broker_url: str) -> None:
        self._url = broker_url
        self._lock = threading.RLock()
        # Weakly: a page that is dropped half-way is never closed, and its place must come free all the same.
        self._streams: dict[str, WeakSet[Stream]] = {}
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self.count = 0
        self.connected = False

    def add(self, public_id: str, stream: Stream) -> bool:
        """Begin to tell `stream`; False if there is no room."""
        with self._lock:
            if self.count >= MOST_STREAMS or self._over.is_set():
                return False
            self._streams.setdefault(public_id, WeakSet()).add(stream)
            self.count += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        return True

    def remove(self, public_id: str, stream: Stream) -> None:
        """Tell `stream` no more. Each that was added calls this once."""
        with self._lock:
            self.count -= 1
            streams = self._streams.get(public_id)
            if streams is not None:
                streams.discard(stream)
                if not streams:
                    del self._streams[public_id]

    def stop(self) -> None:
        """End the thread and every stream."""
        self._over.set()
        with self._lock:
            streams = [stream for streams in self._streams.values() for stream in streams]
        for stream in streams:
            stream.close()
        if self._thread is not None:
            self._thread.join(SILENT_SECONDS)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._hear()
            except (redis.RedisError, OSError, ValueError, RuntimeError):
                self._over.wait(WITHOUT_BROKER_SECONDS)
            finally:
                self._set_connected(False)

    def _hear(self) -> None:
        """Pass events on until the connection breaks or is silent for too long, though it was asked to answer."""
        client = connect(self._url)
        heard: Any = client.pubsub()  # type: ignore[no-untyped-call]
        with contextlib.closing(client), contextlib.closing(heard):
            heard.psubscribe(CHANNEL + "*")
            last = asked = time.monotonic()
            while not self._over.is_set():
                message = heard.get_message(timeout=ANSWER_SECONDS)
                now = time.monotonic()
                if message is not None:
                    last = now
                    self._pass_on(message)
                elif now - last > SILENT_SECONDS:
                    raise redis.TimeoutError("The broker does not answer.")
                elif now - asked > PING_SECONDS:
                    asked = now
                    heard.ping()

    def _pass_on(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "psubscribe":
            self._set_connected(True)
        elif message["type"] == "pmessage":
            self._tell(str(message["channel"]).removeprefix(CHANNEL), str(message["data"]))

    def _tell(self, public_id: str, event: str) -> None:
        with self._lock:
            streams = list(self._streams.get(public_id, ()))
        for stream in streams:
            stream.tell(event)

    def _set_connected(self, connected: bool) -> None:
        """On a change everybody looks at the rows: what was told in between was not heard."""
        if connected == self.connected:
            return
        self.connected = connected
        with self._lock:
            everybody = list(self._streams)
        for public_id in everybody:
            self._tell(public_id, CHANGED)


def _progress_key(public_id: str, grading_id: int) -> str:
    return f"progress:{public_id}:{grading_id}"
