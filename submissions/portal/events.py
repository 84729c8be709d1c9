"""Server-sent events for a page that follows a submission: each says "look again", and nothing else.

A stream holds a thread of the web server for as long as it is open. So there are only so many in a process, each ends
after a minute or when there is nothing more to come, and whoever gets none asks from time to time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Response
from sqlalchemy import select

from submissions.live import Stream
from submissions.models.work import Submission
from submissions.service import Service

# Of the threads that gunicorn gives a process; the others answer everything else.
MOST_STREAMS = 128
SECONDS = 60.0
RETRY_MS = 1500
FULL = 503
NOTHING = ": \n\n"
CHANGED = "event: changed\ndata:\n\n"
WAITING = ("queued", "running")

_places = threading.BoundedSemaphore(MOST_STREAMS)


class _Events:
    """The lines of one stream. The server calls `close` when the reader has gone, whatever was sent by then."""

    def __init__(self, service: Service, public_id: str, submission_id: int) -> None:
        self._service, self._submission_id = service, submission_id
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
            _places.release()

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


def stream(service: Service, public_id: str, submission_id: int) -> Response:
    """The answer that goes on; 503 where this process has no place for one more."""
    if service.live.full or not _places.acquire(blocking=False):
        return Response(status=FULL, headers={"Retry-After": "10"})
    try:
        told = _Events(service, public_id, submission_id)
    except BaseException:
        _places.release()
        raise
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(told, mimetype="text/event-stream", headers=headers)
