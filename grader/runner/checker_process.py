"""The checker as the engine sees it: a process to start, to send gradings to, and to end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox import priority

START_SECONDS = 60.0
MAX_PACKET = 64 * 1024
STOP_SECONDS = 5.0

# -s -P keep the user's and the current directory out, as -I does, but still heed PYTHONHASHSEED; the environment is
# ENVIRONMENT and nothing else, and the path of this very package is handed over.
BOOTSTRAP = "import sys; sys.path.append(sys.argv[1]); from grader.runner.checker import main; main(int(sys.argv[2]))"
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C.UTF-8",
}


class CheckerProcess:
    """A running checker. Its environment holds ENVIRONMENT and nothing of ours."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._process = process
        self._control = control
        self.torch_version = ""

    @classmethod
    def launch(cls, nice: int = 0) -> CheckerProcess:
        """Start the process without waiting for it; `nice` is how far it yields to others, 0 to 19."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        package_root = str(Path(__file__).resolve().parent.parent.parent)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-c", BOOTSTRAP, package_root, str(theirs.fileno())],
                env=ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,  # A Ctrl-C in the terminal is the engine's business.
            )
        priority.lower(process.pid, nice)
        return cls(process, ours)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Block until the checker has imported everything. Raises SandboxError if it does not come up."""
        self._control.settimeout(START_SECONDS)
        try:
            packet = self._control.recv(MAX_PACKET)
        except OSError as error:
            raise SandboxError(f"The checker did not come up within {START_SECONDS:.0f} s.") from error
        finally:
            self._control.settimeout(None)
        if not packet:
            raise SandboxError("The checker ended while it was starting; its error is printed above.")
        self.torch_version = json.loads(packet)["torch"]

    def send(self, request: Mapping[str, str], fds: Sequence[int]) -> None:
        """Hand over one grading. Raises SandboxError when the checker is gone."""
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], list(fds))
        except OSError as error:
            self.stop()  # It may be dying still; the next `alive` must not take it for a living one.
            raise SandboxError("The checker is gone.") from error

    def ping(self, seconds: float) -> bool:
        """Does the checker answer in time? One that was stopped, or hangs, is alive and does not."""
        ours, theirs = socket.socketpair()
        try:
            with ours:
                with theirs:
                    self.send({"ping": "checker"}, [theirs.fileno()])
                ours.settimeout(seconds)
                return ours.recv(1) == b"1"
        except (OSError, SandboxError):
            return False

    def alive(self) -> bool:
        """Is the process running?"""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it and everything it forked."""
        self._control.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
