"""A service of the bench's own: the embedded default, whole and real, in a temporary folder on a free port."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, Self

from grader.errors import GraderError
from submissions.service import Service, make_service
from submissions.settings import ServiceSettings, read_service_settings

START_SECONDS = 120.0
STOP_SECONDS = 40.0
HOST = "127.0.0.1"
# PR_SET_PDEATHSIG: whoever kills the bench ends its service as well.
START = (
    "import ctypes, signal; ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0); "
    "from submissions.cli.main import main; main()"
)


class ServiceFailed(GraderError):  # noqa: N818 - the service did, not this
    """The service under measurement did not start, or ended; the message holds its last words."""


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """SIGTERM and SIGHUP leave the block as Ctrl-C does, so that the service ends and its folder goes; main thread."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # the end is on its way; a second one must not cut it short
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def free_port() -> int:
    """A port of this machine that nobody uses just now."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])


class RunningService:
    """Enter it from the main thread. `service` reaches its database and broker from here."""

    def __init__(self, slots: int = 2) -> None:
        self._slots = slots
        self._folder = tempfile.TemporaryDirectory(prefix="sb", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.settings: ServiceSettings
        self.service: Service

    def __enter__(self) -> Self:
        data = Path(self._folder.name) / "d"
        chosen = {
            "SUBMISSIONS_DATA": str(data),
            "SUBMISSIONS_HOST": HOST,
            "SUBMISSIONS_PORT": str(free_port()),
            "SUBMISSIONS_SLOTS": str(self._slots),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBMISSIONS_")}
        self.settings = read_service_settings(chosen)
        log = Path(self._folder.name) / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", START, "up"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=inherited | chosen,
                cwd=Path(__file__).resolve().parents[2],
                start_new_session=True,
            )
        try:
            self._wait(log)
            self.service = make_service(self.settings)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.service.live.close()
        self.service.db.dispose()
        self.stop()

    def _wait(self, log: Path) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not ((self.settings.data / "run" / "worker.ready").exists() and self._answers()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-8:]
                raise ServiceFailed("The service did not start: " + " / ".join(words))
            time.sleep(0.05)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.settings.port, timeout=2)
        try:
            with contextlib.closing(connection):
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
        except OSError:
            return False

    @property
    def pid(self) -> int:
        """The process that looks after the parts."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """End every part, and take the folder away."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._folder.cleanup()
