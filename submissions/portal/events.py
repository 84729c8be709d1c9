"""Server-sent events for a page that follows a submission: each says "look again", and nothing else.

A stream holds a thread of the web server for as long as it is open. So there are only so many in a process, few of them
one person's, each ends after a minute or when there is nothing more to come, and whoever gets none asks from time to
time.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

from flask import Response
from sqlalchemy import select

from submissions.live import Stream
from submissions.models.work import Submission
from submissions.service import Service

# Of the threads that gunicorn gives a process; the others answer everything else.
MOST_STREAMS, MOST_OF_ONE = 128, 12
SECONDS = 60.0
RETRY_MS = 1500
FULL = 503
NOTHING = ": \n\n"
CHANGED = "event: changed\ndata:\n\n"
WAITING = ("queued", "running")


class _Places:
    """The streams that are open in this process, by whose they are."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[int] = Counter()

    def take(self, user_id: int) -> bool:
        """Whether there is a place for one more of this person's."""
        with self._lock:
            free = self._open.total() < MOST_STREAMS and self._open[user_id] < MOST_OF_ONE
            self._open[user_id] += free
            return free

    def give_back(self, user_id: int) -> None:
        with self._lock:
            self._open[user_id] -= 1
            self._open += Counter()  # who has none left is forgotten


_places = _Places()


class _Events:
    """The lines of one stream. The server calls `close` when the reader has gone, whatever was sent by then."""

    def __init__(self, service: Service, public_id: str, submission_id: int, reader_id: int) -> None:
        self._service, self._submission_id, self._reader_id = service, submission_id, reader_id
        self._stream: Stream = service.live.listen(public_id, SECONDS)
        self._lines = self._told()
        self._open = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._lines)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._stream.close()
            _places.give_back(self._reader_id)

    def _told(self) -> Iterator[str]:
        # Heard from before the row is read: what happens in between is told.
        yield f"retry: {RETRY_MS}\n\n"
        if not self._waits():
            yield CHANGED
            return
        for event in self._stream:
            yield CHANGED if event else NOTHING
            # Also where nothing was told: an event may be lost, and a look at one row is cheaper than a page that asks.
            if not self._waits():
                yield CHANGED
                return

    def _waits(self) -> bool:
        with self._service.db.read() as session:
            query = select(Submission.state).where(Submission.id == self._submission_id)
            return session.scalar(query) in WAITING


def stream(service: Service, public_id: str, submission_id: int, reader_id: int) -> Response:
    """The answer that goes on; 503 where this process has no place for one more, or none for this reader."""
    if service.live.full or not _places.take(reader_id):
        return Response(status=FULL, headers={"Retry-After": "10"})
    try:
        told = _Events(service, public_id, submission_id, reader_id)
    except BaseException:
        _places.give_back(reader_id)
        raise
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(told, mimetype="text/event-stream", headers=headers)
