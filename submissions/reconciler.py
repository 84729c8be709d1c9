"""Looks after the queue once a second: takes back what a lost worker held, goes on with a run of regrades that is being
gathered or published, and rings for what waits unheard.

However many run, one leads: on PostgreSQL by an advisory lock that ends with its connection, on SQLite by a locked file
that ends with its process. A dead or frozen broker only keeps it from ringing.

    python -m submissions.reconciler
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import threading
import time
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from submissions import logs
from submissions.db import Database
from submissions.jobs import Bell
from submissions.settings import ServiceSettings, read_service_settings
from submissions.store import queue, regrades

PERIOD_SECONDS = 1.0
LEADER_LOCK = 7_305_118_247

log = structlog.get_logger(__name__)


class Leadership:
    """Held by at most one process at a time, and by none for longer than it lives."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._connection: Connection | None = None
        self._file: IO[str] | None = None

    def held(self) -> bool:
        """Whether this process leads now; tries to become the leader where it does not."""
        return self._hold_file() if self._db.is_sqlite else self._hold_lock()

    def release(self) -> None:
        """Let another lead."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            # Not back to the pool: the lock belongs to the connection.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _hold_file(self) -> bool:
        if self._file is not None:
            return True
        file = Path(f"{self._db.url.database}.leader").open("a", encoding="ascii")  # noqa: SIM115 - kept open
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def _hold_lock(self) -> bool:
        try:
            if self._connection is None:
                self._connection = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                taken = self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK})
                if not taken:
                    self.release()
                return bool(taken)
            self._connection.execute(text("SELECT 1"))  # a connection that broke took the lock with it
        except SQLAlchemyError:
            self.release()
            raise
        return True


class Reconciler:
    """One round at a time; see the module."""

    def __init__(self, db: Database, bell: Bell) -> None:
        self._db = db
        self._bell = bell
        self._leadership = Leadership(db)

    def round(self) -> bool:
        """Take back and ring, if this process leads; whether it does. Raises SQLAlchemyError."""
        if not self._leadership.held():
            return False
        taken_back = queue.requeue_expired(self._db)
        if taken_back:
            log.warning("gradings taken back from workers that were not heard of", number=taken_back)
        self._carry_on()
        waiting = queue.waiting(self._db)
        if waiting:
            self._bell.top_up(waiting)
        return True

    def _carry_on(self) -> None:
        """A run that can't go on must not keep the queue from being looked after."""
        try:
            regrades.carry_on(self._db)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("a run of regrades does not go on")

    def run(self, over: threading.Event, period_seconds: float = PERIOD_SECONDS, beat: Path | None = None) -> None:
        """A round in every period until `over` is set. A database that does not answer is asked again.

        beat: a file that is touched in each round, for whoever watches.
        """
        while not over.is_set():
            began = time.monotonic()
            if beat is not None:
                with contextlib.suppress(OSError):  # a full disk is no reason to stop
                    beat.touch()
            try:
                self.round()
            except SQLAlchemyError as error:
                log.warning("the database does not answer", reason=str(error.__cause__ or error))
            over.wait(max(0.0, period_seconds - (time.monotonic() - began)))
        self.close()

    def close(self) -> None:
        """Let another lead."""
        self._leadership.release()


def main(settings: ServiceSettings | None = None) -> None:
    """Reconcile until a signal comes."""
    logs.configure()
    settings = settings or read_service_settings()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    db, bell = Database(settings.database_url), Bell(settings)
    try:
        Reconciler(db, bell).run(over, beat=Path(mark) if (mark := os.environ.get("SUBMISSIONS_BEAT_FILE")) else None)
    finally:
        bell.close()
        db.dispose()


if __name__ == "__main__":
    main()
