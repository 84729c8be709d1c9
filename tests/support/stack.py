"""The parts of the service as real processes that a test may kill, freeze and have come back.

Without the service's own supervisor on purpose: a test wants to say itself when a dead part returns. The broker keeps
nothing on disk, so its death empties the queue of messages.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from submissions.settings import read_service_settings
from submissions.supervisor.leash import leashed
from submissions.supervisor.valkey import answers, server_program
from tests.support.waiting import eventually

START_SECONDS = 90
RETURN_SECONDS = 0.5


@dataclass
class Stack:
    """Named parts. `keep` starts them again, a moment after they ended, until `stop`."""

    folder: Path
    environment: dict
    commands: dict = field(default_factory=dict)
    running: dict = field(default_factory=dict)
    returns: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _watch: threading.Thread | None = None

    @property
    def settings(self):
        return read_service_settings(self.environment)

    def start(self, name):
        """Start a part, its output in a file of its own; the kernel ends it with this process."""
        with self._lock, (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                leashed([str(word) for word in self.commands[name]]),
                stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.environment},
            )  # fmt: skip

    def keep(self, **commands):
        """Start these parts and look after them, from one thread that stays: a leash is bound to it."""
        self.commands.update(commands)
        ready = threading.Event()

        def look():
            for name in self.commands:
                self.start(name)
            ready.set()
            ended_at = {}
            while not self._over.wait(0.05):
                for name, process in list(self.running.items()):
                    if process.poll() is None:
                        ended_at.pop(name, None)
                    elif time.monotonic() - ended_at.setdefault(name, time.monotonic()) > RETURN_SECONDS:
                        self.returns += 1
                        self.start(name)

        self._watch = threading.Thread(target=look, name="stack", daemon=True)
        self._watch.start()
        assert ready.wait(START_SECONDS)

    def kill(self, name, how=signal.SIGKILL):
        """A signal to the part's own process, or None where it is not running just now."""
        with contextlib.suppress(ProcessLookupError):
            self.running[name].send_signal(how)

    def children(self, name):
        """The processes that a part has started, direct ones only."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self.running[name].pid).children()
        return []

    def freeze(self, name, seconds):
        """Stop a part with everything it started, and let it go on later."""
        try:
            family = [psutil.Process(self.running[name].pid)]
            family += family[0].children(recursive=True)
        except psutil.Error:
            return
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.suspend()
        time.sleep(seconds)
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.resume()

    def logged(self):
        """What the workers logged, line by line, as records."""
        records = []
        for path in self.folder.glob("worker*.log"):
            for line in path.read_text(errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    record = json.loads(line)
                    if isinstance(record, dict):
                        records.append(record)
        return records

    def stop(self):
        self._over.set()
        if self._watch is not None:
            self._watch.join(10)
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.running.values():
            process.wait(10)


def python(*words):
    return [sys.executable, "-P", "-m", *words]


@contextlib.contextmanager
def stack(
    database_url,
    lease_seconds=30,
    workers=("worker1", "worker2"),
    reconcilers=("reconciler",),
    port=0,
    grader=("grader", "serve", "--socket"),
    **others,
):
    """Broker, grading server, reconcilers and workers of one grading each, on this database, all ready."""
    folder = Path(tempfile.mkdtemp(prefix="st-"))  # short: a socket's address has 107 bytes
    environment = {
        "SUBMISSIONS_PROFILE": "embedded", "SUBMISSIONS_DATA": str(folder), "SUBMISSIONS_DATABASE_URL": database_url,
        "SUBMISSIONS_BROKER_URL": f"unix://{folder}/valkey.sock", "SUBMISSIONS_GRADING_SOCKET": f"{folder}/grader.sock",
        "SUBMISSIONS_LEASE_SECONDS": str(lease_seconds), "REMAP_SIGTERM": "SIGQUIT", "PYTHONUNBUFFERED": "1",
        "SUBMISSIONS_PORT": str(port or 8000),
    }  # fmt: skip
    made = Stack(folder, environment)
    celery = python("tests.support.worker_process", "--pool=prefork", "--concurrency=1", "--loglevel=WARNING")
    valkey = [server_program(), "--port", "0", "--unixsocket", folder / "valkey.sock", "--unixsocketperm", "700"]
    try:
        made.keep(
            valkey=[*valkey, "--dir", folder, "--save", "", "--appendonly", "no"],
            grader=[*python(*grader), folder / "grader.sock"],
            **{name: python("submissions.reconciler") for name in reconcilers},
            **{name: [*celery, f"--hostname={name}@%h"] for name in workers},
            **others,
        )
        assert eventually(lambda: answers(folder / "valkey.sock"), START_SECONDS), _last_words(folder)
        assert eventually((folder / "grader.sock").exists, START_SECONDS), _last_words(folder)
        assert eventually(lambda: all((folder / f"{n}.ready").exists() for n in workers), START_SECONDS), _last_words(
            folder
        )
        assert not port or eventually(lambda: _listens(port), START_SECONDS), _last_words(folder)
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _listens(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def _last_words(folder):
    return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-1500:]}" for path in folder.glob("*.log"))
