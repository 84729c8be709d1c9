"""The fork-server's loop: hands out isolated children, holds their deadlines, reaps them and tells why they ended.

Theory of operation. One thread, one epoll. Its descriptors are the control socket (new clients come in; its end means
the engine is gone, and so the server ends), one connection per client (its end kills the client's children), the near
end of each child that is still isolating itself (one byte means done) and a pidfd per child (readable means dead).
A wish for a child waits in one queue, first come, first served, until a slot is free. Children are forked ahead of
time, isolated like any other, and wait as spares; a spare is given out only for the very limits it was made with.

A child leaves the loop by raising `Forked`, so that it drops the server's objects before it looks at anything.
"""

import os
import select
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass

from grader.errors import SandboxError
from grader.limits import Limits
from grader.sandbox import cgroups, channel, isolation, linux
from grader.sandbox.seats import RUNNING, SPARE, STARTING, Child, Connection, Ticket, Waiting, cause_of_death

READY = b"R"
_START_SECONDS = 20.0
_CONNECTIONS = 256
_REFILL_SECONDS = 0.04


@dataclass(frozen=True)
class Job:
    """What a freshly forked child has to know."""

    seat: int
    limits: Limits
    group: cgroups.Seat | None
    protocol: int


def _log(text: str) -> None:
    sys.stderr.write(f"sandbox: {text}\n")
    sys.stderr.flush()


class Forked(BaseException):
    """Raised in a new child to unwind the server's frames."""

    def __init__(self, job: Job) -> None:
        self.job = job


class Server:
    """The loop's state. `run` returns when the engine is gone."""

    def __init__(
        self, control: socket.socket, plan: isolation.Plan, groups: cgroups.Groups | None, slots: int, spares: int
    ) -> None:
        self._control = control
        self._plan = plan
        self._groups = groups
        self._slots = slots
        self._spares = spares
        self._spare_limits = isolation.isolation_limits(Limits())
        self._own_pid_namespace = os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=plan.proc)
        self._poll = select.epoll()
        self._connections: dict[int, Connection] = {}
        self._starting: dict[int, Child] = {}
        self._children: dict[int, Child] = {}
        self._waiting: Waiting = deque()
        self._free_seats = list(range(slots + spares))
        self._spares_fail = False
        self._refill_at = 0.0

    def run(self) -> None:
        """Serve until the control socket ends."""
        self._poll.register(self._control, select.EPOLLIN)
        while True:
            self._balance()
            for descriptor, _ in self._poll.poll(self._patience()):
                if descriptor == self._control.fileno():
                    if not self._admit():
                        return
                elif descriptor in self._connections:
                    self._hear(self._connections[descriptor])
                elif descriptor in self._children:
                    self._bury(self._children[descriptor])
                elif descriptor in self._starting:
                    self._child_speaks(self._starting[descriptor])
            self._enforce_deadlines()

    # ------------------------------------------------------------------ time

    def _patience(self) -> float | None:
        ends = [child.deadline() for child in self._children.values() if child.cause is None and child.state != SPARE]
        if self._refill_at > time.monotonic():
            ends.append(self._refill_at)
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _enforce_deadlines(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.cause is None and child.state != SPARE and child.deadline() <= now:
                self._kill(child, "deadline")

    # --------------------------------------------------------------- clients

    def _admit(self) -> bool:
        message, descriptors = channel.receive(self._control)
        if message is None:
            return False
        for descriptor in descriptors:
            end = socket.socket(fileno=descriptor)
            if len(self._connections) >= _CONNECTIONS:
                end.close()
                continue
            end.setblocking(False)
            self._connections[descriptor] = Connection(end)
            self._poll.register(descriptor, select.EPOLLIN)
        return True

    def _hear(self, connection: Connection) -> None:
        try:
            message, descriptors = channel.receive(connection.end)
            for descriptor in descriptors:
                os.close(descriptor)
            if message is not None:
                self._obey(connection, message)
                return
        except BlockingIOError:
            return
        except (SandboxError, KeyError, TypeError, ValueError) as error:
            _log(f"a client's message is malformed: {error!r}")
        self._forget(connection)

    def _obey(self, connection: Connection, message: channel.Message) -> None:
        number = int(message["ticket"])
        if message["op"] == "open":
            limits = Limits(**message["limits"])
            self._spare_limits = isolation.isolation_limits(limits)
            self._spares_fail = False
            self._waiting.append(Ticket(connection, number, limits))
        elif message["op"] == "deadline" and number in connection.children:
            seconds = message["seconds"]
            ends = None if seconds is None else time.monotonic() + float(seconds)
            connection.children[number].request_ends = ends
        elif message["op"] == "close":
            self._close(connection, number)
        elif message["op"] == "ping":
            self._tell(connection, {"op": "pong", "ticket": number})

    def _close(self, connection: Connection, number: int) -> None:
        child = connection.children.get(number)
        if child is not None:
            self._kill(child, "closed")
            return
        self._waiting = deque(t for t in self._waiting if t.connection is not connection or t.number != number)

    def _forget(self, connection: Connection) -> None:
        self._poll.unregister(connection.end)
        del self._connections[connection.end.fileno()]
        connection.end.close()
        self._waiting = deque(ticket for ticket in self._waiting if ticket.connection is not connection)
        for child in connection.children.values():
            self._kill(child, "closed")

    def _tell(self, connection: Connection, message: channel.Message, descriptors: tuple[int, ...] = ()) -> None:
        if connection.end.fileno() < 0:
            return
        try:
            channel.send(connection.end, message, descriptors)
        except OSError:
            self._forget(connection)  # it is gone, or has stopped reading: either way it has no use for children

    # -------------------------------------------------------------- children

    def _balance(self) -> None:
        """Hand out what is ready, and keep as many children coming as are waited for, and the spares."""
        while self._waiting and self._running() < self._slots:
            ticket = self._waiting[0]
            wanted = isolation.isolation_limits(ticket.limits)
            spare = next((c for c in self._children.values() if c.state == SPARE and self._alike(c, wanted)), None)
            if spare is None:
                break
            self._waiting.popleft()
            self._hand_out(spare, ticket)
        wanted = isolation.isolation_limits(self._waiting[0].limits) if self._waiting else self._spare_limits
        if self._waiting:
            self._discard_other_spares(wanted)
        room = min(len(self._waiting), self._slots - self._running())
        extra = 0 if self._spares_fail or time.monotonic() < self._refill_at else self._spares
        coming = sum(1 for c in self._children.values() if c.state != RUNNING and self._alike(c, wanted))
        if coming < room + extra and self._free_seats:
            self._spawn(wanted)

    def _alike(self, child: Child, wanted: Limits) -> bool:
        return child.cause is None and isolation.isolation_limits(child.limits) == wanted

    def _discard_other_spares(self, wanted: Limits) -> None:
        for child in self._children.values():
            if child.state == SPARE and not self._alike(child, wanted):
                self._kill(child, "closed")

    def _running(self) -> int:
        return sum(1 for child in self._children.values() if child.state == RUNNING and child.cause is None)

    def _spawn(self, limits: Limits) -> None:
        seat = self._free_seats.pop(0)
        group = self._groups.seats[seat] if self._groups is not None else None
        if group is not None:
            group.set_limits(limits.memory_bytes, limits.threads + 2)
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        if self._plan.namespaced:
            linux.unshare(linux.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            raise Forked(Job(seat, limits, group, far.detach()))
        if self._plan.namespaced:
            linux.setns(self._own_pid_namespace, linux.CLONE_NEWPID)
        far.close()
        kills = group.memory_kills() if group is not None else 0
        child = Child(pid, os.pidfd_open(pid), seat, limits, near, group, kills)
        child.started = time.monotonic()
        child.life_ends = child.started + _START_SECONDS
        self._children[child.pidfd] = child
        self._starting[near.fileno()] = child
        self._poll.register(child.pidfd, select.EPOLLIN)
        self._poll.register(near, select.EPOLLIN)

    def _child_speaks(self, child: Child) -> None:
        """The first and last thing the server reads from a child: that its isolation is complete, or why it is not."""
        assert child.near is not None
        try:
            text = child.near.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            text = b""
        self._poll.unregister(child.near)
        del self._starting[child.near.fileno()]
        if text == READY:
            child.state = SPARE
            return
        child.near.close()
        child.near = None
        self._spares_fail = True
        reason = text.decode(errors="replace") or "it died before it was isolated"
        _log(f"a child could not be isolated: {reason}")
        self._kill(child, "closed")
        ticket = next((t for t in self._waiting if isolation.isolation_limits(t.limits) == child.limits), None)
        if ticket is not None:
            self._waiting.remove(ticket)
            self._tell(ticket.connection, {"op": "refused", "ticket": ticket.number, "reason": reason})

    def _hand_out(self, child: Child, ticket: Ticket) -> None:
        assert child.near is not None
        child.state, child.ticket, child.limits = RUNNING, ticket, ticket.limits
        child.started = time.monotonic()
        child.life_ends = child.started + ticket.limits.total_seconds
        ticket.connection.children[ticket.number] = child
        near, child.near = child.near, None
        self._tell(ticket.connection, {"op": "opened", "ticket": ticket.number}, (near.fileno(),))
        near.close()
        # Isolating new spares competes with the run that begins now, so it waits until that is likely over.
        self._refill_at = time.monotonic() + _REFILL_SECONDS

    def _kill(self, child: Child, cause: str) -> None:
        child.cause = child.cause or cause
        try:
            signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)
        except ProcessLookupError:
            return  # it died by itself a moment ago; the pidfd is readable and it will be buried

    def _bury(self, child: Child) -> None:
        _, status, usage = os.wait4(child.pid, 0)
        cpu = usage.ru_utime + usage.ru_stime
        cause = cause_of_death(child, status, cpu)
        self._poll.unregister(child.pidfd)
        del self._children[child.pidfd]
        os.close(child.pidfd)
        self._free_seats.append(child.seat)
        self._refill_at = 0.0
        if child.near is not None:  # it died while starting or as a spare
            if self._starting.pop(child.near.fileno(), None) is not None:
                self._poll.unregister(child.near)
                self._spares_fail = self._spares_fail or child.cause is None
            child.near.close()
        if child.ticket is None:
            return
        connection = child.ticket.connection
        connection.children.pop(child.ticket.number, None)
        message = {
            "op": "ended",
            "ticket": child.ticket.number,
            "cause": cause,
            "status": os.waitstatus_to_exitcode(status),
            "cpu_seconds": cpu,
            "max_rss_bytes": usage.ru_maxrss * 1024,
            "memory_bytes": child.group.memory_peak() if child.group is not None else None,
            "wall_seconds": time.monotonic() - child.started,
        }
        self._tell(connection, message)


__all__ = ["READY", "RUNNING", "SPARE", "STARTING", "Forked", "Job", "Server"]
