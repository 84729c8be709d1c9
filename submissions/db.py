"""The database: one engine, two kinds of transaction, one clock. SQLite in WAL for one machine, PostgreSQL for several.

`read` may run beside anything. `write` is short, ends in a commit, and on SQLite waits its turn at a lock of our own,
because SQLite's is unfair (measured: four writers in a loop met "database is locked" in spite of a 10 s timeout, and
the slowest of fifty requests a second took twenty times as long). Only `submissions.store` opens a `write`.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session, sessionmaker

BUSY_SECONDS = 30


class Database:
    """A pool of connections to one database."""

    def __init__(self, url: str, pool_size: int = 20) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgres(self.url, pool_size)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._turn = _Turn(Path(f"{self.url.database}.lock") if self.is_sqlite and self.url.database else None)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that writes nothing; what it loaded may be used after it has ended."""
        with self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with self._turn, self._sessions() as session:
            session.connection(execution_options={"immediate": True})
            yield session
            session.commit()

    def now(self, session: Session) -> float:
        """Seconds since the epoch by the one clock that every machine shares: the database's."""
        if self.is_sqlite:
            return time.time()
        return float(session.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._turn.close()


class _Turn:
    """A queue of one: threads of this process wait for each other, processes at a locked file. Not re-entrant."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file: Any = None
        self._opened_by = 0

    def __enter__(self) -> None:
        if self._path is None:
            return
        self._threads.acquire()
        try:
            if self._opened_by != os.getpid():  # a lock on an inherited descriptor would be the parent's as well
                self._file, self._opened_by = self._path.open("a", encoding="ascii"), os.getpid()
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        if self._path is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        """Close the file of this process's own turn; the next turn opens it again."""
        with self._threads:
            if self._file is not None:
                self._file.close()
                self._file, self._opened_by = None, 0


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions; the next listener does
        cursor = connection.cursor()
        # FULL: what was accepted survives a power cut (it costs 15 % against NORMAL).
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _postgres(url: URL, pool_size: int) -> Engine:
    return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
