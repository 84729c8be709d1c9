"""`grader serve` in a process of its own, ready and with the packs of the integration tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import psutil

from grader.runner.remote import RemoteEngine
from tests.support.waiting import eventually

PACKS = Path(__file__).resolve().parents[1] / "integration" / "packs"
SERVE = ("-m", "grader", "serve", "--socket")
# The same, but a part that gives no sign of life is given up sooner.
IMPATIENT = (
    "-c",
    "import sys; from pathlib import Path; from grader.settings import read_settings\n"
    "from grader.runner.server import GradingServer\n"
    "GradingServer(read_settings(), Path(sys.argv[1]), sign_seconds=1.0).serve()",
)


def seconds_used(process: psutil.Process) -> float:
    """Processor time so far; 0 for a process that has ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


class ServerProcess:
    """A running server. Leaving the block ends it with SIGTERM, or SIGKILL where that does not help."""

    def __init__(self, socket_path: Path, *options: str, command: tuple[str, ...] = SERVE) -> None:
        self.path = socket_path
        environment = {**os.environ, "GRADER_EXERCISES": str(PACKS)}
        command_line = [sys.executable, *command, str(socket_path), *options]
        self.process = subprocess.Popen(command_line, env=environment, stderr=subprocess.PIPE, text=True)
        self.remote = RemoteEngine(socket_path)

    def wait_until_ready(self) -> Self:
        assert eventually(self._answers, 60), f"not ready; it ended with {self.process.poll()}"
        return self

    def _answers(self) -> bool:
        if self.process.poll() is not None or not self.path.exists():
            return False
        try:
            self.remote.health()
        except Exception:  # noqa: BLE001 - asked again until it answers
            return False
        return True

    def descendants(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def spinning(self) -> psutil.Process:
        """The descendant that uses a processor, once there is one."""
        found: list[psutil.Process] = []

        def look() -> bool:
            before = {process: seconds_used(process) for process in self.descendants()}
            time.sleep(0.3)
            found.extend(process for process in before if seconds_used(process) - before[process] > 0.08)
            return bool(found)

        assert eventually(look, 20), "nothing spins"
        return found[0]

    def ended(self, seconds: float = 30) -> tuple[int, str]:
        """Its exit status and what it wrote."""
        _, said = self.process.communicate(timeout=seconds)
        return self.process.returncode, said

    def __enter__(self) -> Self:
        return self.wait_until_ready()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()
