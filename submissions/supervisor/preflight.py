"""What has to be so before anything is started; each obstacle is told in a sentence that says what to do."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from submissions.settings import ServiceSettings
from submissions.supervisor.obstacle import Obstacle

MIB = 1024 * 1024
ROOM_NEEDED = 100 * MIB
FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def only_one(settings: ServiceSettings, address: str) -> Iterator[None]:
    """Hold the data folder. Raises Obstacle where another supervisor does, naming its process and address."""
    path = settings.data / "service.lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Obstacle("supervisor.runs_already", folder=settings.data, **_holder(path)) from error
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "address": address}))
        file.flush()
        yield


def _holder(path: Path) -> dict[str, object]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {"pid": int(told["pid"]), "address": str(told["address"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"pid": "?", "address": "?"}  # it has this moment begun to write


def require_folder(folder: Path) -> None:
    """A folder that can be written, with room in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("logs", "run", "valkey"):
            (folder / name).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        if error.errno in FULL:
            raise full_disk(folder) from error
        raise Obstacle("supervisor.unwritable", folder=folder, reason=error.strerror or error) from error
    if shutil.disk_usage(folder).free < ROOM_NEEDED:
        raise full_disk(folder)


def full_disk(folder: Path) -> Obstacle:
    """The sentence about a disk without room."""
    free, needed = shutil.disk_usage(folder).free // MIB, ROOM_NEEDED // MIB
    return Obstacle("supervisor.disk_full", folder=folder, free=free, needed=needed)


def require_port(host: str, port: int) -> None:
    """An address at which nobody listens yet and that this user may use."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Obstacle("supervisor.port_in_use", host=host, port=port) from error
        if error.errno == errno.EACCES:
            raise Obstacle("supervisor.port_forbidden", port=port) from error
        raise Obstacle("supervisor.no_such_host", host=host, reason=error.strerror or error) from error
