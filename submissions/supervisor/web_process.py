"""gunicorn as the supervisor runs it: started from here, because its own command puts the folder somebody happens to
stand in before everything else on the import path, and a folder called `submissions` is not unlikely.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from submissions import create_app
from submissions.db import Database
from submissions.settings import ServiceSettings, read_service_settings
from submissions.supervisor.leash import die_with

# An open live page keeps one thread, and up to 128 may be open (`submissions.portal.events`).
THREADS = 160
# On SQLite one process, whose threads wait for each other at a lock of ours instead of at SQLite's unfair one.
SQLITE_PROCESSES, POSTGRES_PROCESSES = 1, 2


def options(settings: ServiceSettings) -> dict[str, Any]:
    """Gunicorn's settings."""
    database = Database(settings.database_url)
    processes = SQLITE_PROCESSES if database.is_sqlite else POSTGRES_PROCESSES
    database.dispose()
    return {
        "bind": f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}",
        "worker_class": "gthread",
        "workers": processes,
        "threads": THREADS,
        "timeout": 60,
        "graceful_timeout": 3,
        "keepalive": 5,
        "control_socket_disable": True,
        # A heartbeat file without a disk behind it.
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
        "post_fork": _post_fork,
    }


def _post_fork(_server: Any, worker: Any) -> None:
    """A worker whose parent was killed would hold the port for as long as somebody watches a live page."""
    die_with(worker.ppid)


class Pages(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The pages under gunicorn."""

    def load_config(self) -> None:
        """Take our settings; no file and no command line is read."""
        for name, value in options(read_service_settings()).items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The WSGI application, made in each worker."""
        return create_app()


if __name__ == "__main__":
    Pages().run()
