"""Whether a process that does not answer is at work: the processor time of it and of all that it started."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

# Of a processor. An idle server's own housekeeping is a tenth of it.
BUSY_SHARE = 0.005


class Labour:
    """The work of one session of processes, from one look to the next."""

    def __init__(self) -> None:
        self._seen: tuple[int, float, float] | None = None

    def is_busy(self, session: int) -> bool:
        """Whether the session has worked since the last look; at the first look nothing is known, and it has not."""
        before, now, used = self._seen, time.monotonic(), processor_seconds(session)
        self._seen = (session, now, used)
        if before is None or before[0] != session:
            return False
        return used - before[2] > BUSY_SHARE * (now - before[1])


def processor_seconds(session: int) -> float:
    """The processor time of the processes in a session, those that ended and were waited for included."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # After the name in parentheses, which may hold anything: state, ppid, pgrp, session, ... see proc(5).
                facts = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(facts[3]) == session:
                    ticks += sum(map(int, facts[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
