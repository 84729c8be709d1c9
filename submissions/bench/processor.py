"""Processor time of the service's parts: what a busy machine does not distort as it does every clock on the wall."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
# Where a part is recognised in its command line.
WEB, WORKER = ("gunicorn", "web_process"), ("worker_process",)


def seconds_used(ancestor: int, words: Sequence[str]) -> float:
    """Processor seconds so far of the descendants of `ancestor` with one of these words in their command."""
    table = {pid: facts for pid in _pids() if (facts := _facts(pid)) is not None}
    total = 0.0
    for pid, (_, seconds) in table.items():
        if _descends(pid, ancestor, table) and any(word in _command(pid) for word in words):
            total += seconds
    return total


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _facts(pid: int) -> tuple[int, float] | None:
    """Parent and processor seconds of a process with the children that it has buried."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(field) for field in fields[11:15]) / TICKS


def _descends(pid: int, ancestor: int, table: dict[int, tuple[int, float]]) -> bool:
    while pid in table and pid != ancestor:
        pid = table[pid][0]
    return pid == ancestor


def _command(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""
