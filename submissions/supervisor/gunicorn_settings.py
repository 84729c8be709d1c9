"""How gunicorn serves the pages: it reads the names in this module. Every open live page keeps one thread."""

from __future__ import annotations

import os
from typing import Any

from submissions.db import Database
from submissions.settings import read_service_settings
from submissions.supervisor.leash import die_with

_settings = read_service_settings()
_database = Database(_settings.database_url)

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
# On SQLite one process, whose threads wait for each other at a lock of ours instead of at SQLite's unfair one.
workers = 1 if _database.is_sqlite else 2
threads = 64
timeout = 60
graceful_timeout = 3
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a heartbeat file without a disk
# What the framework limits is limited here first, before a line of it is parsed.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

_database.dispose()


def post_fork(_server: Any, worker: Any) -> None:
    """A worker whose parent was killed would hold the port for as long as somebody watches a live page."""
    die_with(worker.ppid)
