"""Grading yields to whoever answers people: how the fork-servers and all they fork get a lower priority.

A nice value alone says little where the kernel groups processes by session for scheduling (autogroup, see sched(7)):
each session then has the same weight, and every child is a session of its own. Such a group has a nice value as well.
"""

import contextlib
import os


def lower(pid: int, nice: int) -> None:
    """Give a process that was just started, the leader of its session, this nice value; what it forks inherits it."""
    if nice > 0:
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _group(proc, str(pid), nice)
        finally:
            os.close(proc)


def keep_in_new_session(proc: int) -> None:
    """Carry this process's nice value over to the session it has just begun. `proc` is open at /proc."""
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    if nice > 0:
        _group(proc, "self", nice)


def _group(proc: int, process: str, nice: int) -> None:
    # Not every kernel has such groups, and without root it takes only ten changes a second.
    with contextlib.suppress(OSError):
        descriptor = os.open(f"{process}/autogroup", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            os.write(descriptor, str(nice).encode())
        finally:
            os.close(descriptor)
