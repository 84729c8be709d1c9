"""The fork-server's book-keeping: connections, children and what each is allowed."""

import os
import signal
import socket
from collections import deque
from dataclasses import dataclass, field

from grader.limits import Limits
from grader.sandbox import cgroups

STARTING, SPARE, RUNNING = "starting", "spare", "running"


@dataclass
class Ticket:
    """A client's wish for one child; `number` is the client's own count on its connection."""

    connection: "Connection"
    number: int
    limits: Limits


@dataclass
class Connection:
    """One client, with its open tickets."""

    end: socket.socket
    children: dict[int, "Child"] = field(default_factory=dict)


@dataclass
class Child:
    """One isolated process in a seat. Times are of the monotonic clock."""

    pid: int
    pidfd: int
    seat: int
    limits: Limits
    near: socket.socket | None
    group: cgroups.Seat | None
    kills_before: int
    state: str = STARTING
    ticket: Ticket | None = None
    started: float = 0.0
    life_ends: float = 0.0
    request_ends: float | None = None
    cause: str | None = None

    def deadline(self) -> float:
        """When it is to be killed if nothing happens before."""
        return self.life_ends if self.request_ends is None else min(self.life_ends, self.request_ends)


def cause_of_death(child: Child, status: int, cpu_seconds: float) -> str:
    """Why the process ended: "deadline" or "closed" (our doing), "memory", "cpu", "signal" or "exit"."""
    if child.group is not None and child.group.memory_kills() > child.kills_before:
        return "memory"
    if not os.WIFSIGNALED(status):
        return "exit"
    if os.WTERMSIG(status) != signal.SIGKILL:
        return "signal"
    if child.cause == "deadline":
        return "deadline"
    # The kernel's own limit fires at whole seconds of the process's time, give or take a tick.
    if cpu_seconds >= child.limits.cpu_seconds - 0.5:
        return "cpu"
    return child.cause or "signal"


Waiting = deque[Ticket]
