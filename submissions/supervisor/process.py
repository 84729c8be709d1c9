"""One part of the service as a process: started on a leash, with a log of bounded size, ended with its group."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from submissions.supervisor.leash import leashed

LOG_BYTES = 5_000_000
LAST_WORDS_LINES, LAST_WORDS_BYTES = 6, 4000


@dataclass(frozen=True)
class Part:
    """What to run. ready: asked from time to time, quickly. grace_seconds: between SIGTERM and SIGKILL.

    stage: the order of ending; a part ends before those of a higher stage, which it may still need.
    alive: asked now and then of a running process; one that says no for too long hangs and is killed.
    """

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = 5.0
    stage: int = 0
    alive: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Ending:
    """How a process ended: the status it gave, or the signal that killed it."""

    status: int
    killed_by: str

    @classmethod
    def of(cls, code: int) -> Ending:
        """From what subprocess calls a return code."""
        if code >= 0:
            return cls(code, "")
        with contextlib.suppress(ValueError):
            return cls(code, signal.Signals(-code).name)
        return cls(code, str(-code))


class PartProcess:
    """A part and the process that runs it now, if any. Belongs to the thread that starts it: see `leash`."""

    def __init__(self, part: Part, folder: Path) -> None:
        self.part = part
        self.log = folder / f"{part.name}.log"
        self.started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it; its output is appended to the log."""
        self.rotate()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                leashed(list(self.part.command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(os.environ) | dict(self.part.environment),
                start_new_session=True,  # Ctrl-C is for the supervisor, which ends its parts in order
            )
        self.started_at = time.monotonic()

    def ended(self) -> Ending | None:
        """How it ended; None while it runs. Whatever it left behind in its group is gone by then."""
        if self._process is None:
            return None
        if os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        # Before it is reaped, while its number can't belong to another group.
        self.signal_group(signal.SIGKILL)
        code = self._process.wait()
        self._process = None
        return Ending.of(code)

    def ask_to_end(self) -> None:
        """SIGTERM to the process itself; it ends its own children."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                # Not by Popen, which would reap one that has died just now, behind the back of `ended`.
                os.kill(self._process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the process and its group at once, and wait for it."""
        if self._process is not None:
            self.signal_group(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the running process and everything in its group."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def rotate(self) -> None:
        """Where the log has grown large, keep it as NAME.log.1 and go on with an empty one.

        The process keeps its descriptor, which appends: so the file is copied and cut, not renamed.
        """
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > LOG_BYTES:
                older = self.log.with_suffix(".log.1")
                older.unlink(missing_ok=True)
                try:
                    shutil.copyfile(self.log, older)
                finally:
                    os.truncate(self.log, 0)

    def last_words(self) -> str:
        """The end of the log."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - LAST_WORDS_BYTES))
                said = file.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join([line for line in said.splitlines() if line.strip()][-LAST_WORDS_LINES:])
