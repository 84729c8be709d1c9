"""What the processes of an engine hold: memory, descriptors, children, files. Read from /proc; None where forbidden."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MB = 1024.0
PROC = Path("/proc")


@dataclass(frozen=True)
class Census:
    """Counts over a set of process trees and this process, and the resident megabytes of their roots."""

    processes: int
    descriptors: int
    temporary_files: int
    resident_mb: float

    def grown_since(self, before: Census) -> dict[str, float]:
        """What there is more of now."""
        return {
            "processes": self.processes - before.processes,
            "descriptors": self.descriptors - before.descriptors,
            "files": self.temporary_files - before.temporary_files,
            "memory": round(self.resident_mb - before.resident_mb, 1),
        }


def census(roots: Sequence[int]) -> Census:
    """Count now."""
    tree = [os.getpid(), *_descendants(os.getpid())]
    stable = [os.getpid(), *roots]
    return Census(
        processes=len(tree),
        descriptors=sum(_descriptors(pid) for pid in stable),
        temporary_files=len(list(Path(tempfile.gettempdir()).iterdir())),
        resident_mb=sum(_status_mb(pid, "VmRSS") for pid in stable),
    )


def settled_census(roots: Sequence[int], before: Census, seconds: float = 5.0) -> Census:
    """Count again once the last gradings had time to be reaped: as soon as nothing is over, at the latest then."""
    deadline = time.monotonic() + seconds
    while True:
        now = census(roots)
        if now.processes <= before.processes or time.monotonic() > deadline:
            return now
        time.sleep(0.05)


def proportional_mb(roots: Sequence[int]) -> float | None:
    """Sum of the proportional set sizes (shared pages divided among their users) of these process trees."""
    if any(_rollup_mb(root, "Pss") is None for root in roots):
        return None
    sizes = [_rollup_mb(pid, "Pss") for root in roots for pid in (root, *_descendants(root))]
    return sum(size for size in sizes if size is not None)


def largest_private_mb(root: int) -> float | None:
    """The private memory of the largest descendant of `root`: what that process adds to the machine's load."""
    sizes = [(_rollup_mb(pid, "Private_Dirty"), _rollup_mb(pid, "Private_Clean")) for pid in _leaves(root)]
    known = [dirty + clean for dirty, clean in sizes if dirty is not None and clean is not None]
    return max(known, default=None)


def _leaves(root: int) -> list[int]:
    return [pid for pid in _descendants(root) if not _children(pid)]


def _descendants(pid: int) -> list[int]:
    found = []
    for child in _children(pid):
        found += [child, *_descendants(child)]
    return found


def _children(pid: int) -> list[int]:
    try:
        tasks = list((PROC / str(pid) / "task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _descriptors(pid: int) -> int:
    try:
        return len(list((PROC / str(pid) / "fd").iterdir()))
    except OSError:
        return 0


def _status_mb(pid: int, name: str) -> float:
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / MB for line in lines if line.startswith(name + ":")), 0.0)


def _rollup_mb(pid: int, name: str) -> float | None:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / MB for line in lines if line.startswith(name + ":")), None)
