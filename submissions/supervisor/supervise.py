"""Starts the parts of the service, watches them, starts again what dies, and ends them all.

One thread: a part is tied to the life of the thread that started it. The order at the start is that of need, but what
needs nothing starts at once, so that the slow ones (torch, the pages) begin together with the database.
"""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from submissions.settings import ServiceSettings
from submissions.supervisor import parts as service_parts
from submissions.supervisor.labour import Labour
from submissions.supervisor.obstacle import Obstacle
from submissions.supervisor.preflight import ROOM_NEEDED, full_disk
from submissions.supervisor.process import Ending, Part, PartProcess

READY_SECONDS = 180.0
LOOK_SECONDS = 0.02
WATCH_SECONDS = 0.2
HOUSEKEEPING_SECONDS = 10.0
# A part that dies again and again is started ever more seldom; one that has lived for a minute begins anew.
FIRST_DELAY, LONGEST_DELAY, LIVED_SECONDS = 0.1, 30.0, 60.0
# After so many times without an answer in a row, HOUSEKEEPING_SECONDS apart, a part is taken to hang; one that works
# meanwhile may only be slow under its load, and is given longer.
PATIENCE, PATIENCE_WITH_WORK = 6, 60
# They depend on no other part and on no table.
AT_ONCE = ("valkey", "grader")

TITLES = {
    "valkey": "supervisor.title_valkey",
    "grader": "supervisor.title_grader",
    "reconciler": "supervisor.title_reconciler",
    "worker": "supervisor.title_worker",
    "web": "supervisor.title_web",
}


class Stopped(BaseException):
    """Somebody asked the service to end."""


class Say(Protocol):
    """Tells a person a sentence of the catalogue; a blank that is a key is filled with that key's sentence."""

    def __call__(self, key: str, **blanks: object) -> None:
        """Print it."""


@contextmanager
def stoppable() -> Iterator[list[int]]:
    """SIGINT, SIGTERM and SIGHUP raise Stopped, the first time; the list holds how often one came."""
    came: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if len(came) == 1:
            raise Stopped

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, stop) for number in signals]
    try:
        yield came
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


class Supervisor:
    """The parts of one service. `came`: the signals so far; a second one makes the end a short one.

    parts: what to run instead of what the settings ask for.
    """

    def __init__(
        self, settings: ServiceSettings, say: Say, came: list[int], parts: Mapping[str, Part] | None = None
    ) -> None:
        self.settings = settings
        self.say = say
        self._wanted = parts
        self._came = came
        self._began = time.monotonic()
        self._parts: dict[str, PartProcess] = {}
        self._failures: dict[str, int] = {}
        self._due: dict[str, float] = {}
        self._silent: dict[str, int] = {}
        self._idle: dict[str, int] = {}
        self._labour: dict[str, Labour] = {}
        self._told_full = False

    @property
    def age(self) -> float:
        """Seconds since this supervisor began."""
        return time.monotonic() - self._began

    def begin(self) -> None:
        """Start what needs nothing else. Raises BrokerMissing."""
        found = service_parts.parts(self.settings) if self._wanted is None else self._wanted
        self._parts = {name: PartProcess(part, self.settings.data / "logs") for name, part in found.items()}
        (self.settings.data / "run" / "worker.ready").unlink(missing_ok=True)
        self._start(name for name in self._parts if name in AT_ONCE)

    def go_on(self) -> None:
        """Start the rest: the tables are there."""
        self._start(name for name in self._parts if name not in AT_ONCE)

    def _start(self, names: Iterator[str]) -> None:
        for name in names:
            if name == "valkey" and self._parts[name].part.ready():
                continue  # one that outlived its supervisor; it is used as it is
            self._parts[name].start()

    def wait_until_ready(self) -> None:
        """Tell of each part that becomes ready. Raises Obstacle where one ends first or stays silent too long."""
        waiting, deadline = dict(self._parts), time.monotonic() + READY_SECONDS
        while waiting:
            for name, running in list(waiting.items()):
                if (running.pid is not None and running.ended()) or time.monotonic() > deadline:
                    raise self._failed_to_start(name)
                if running.part.ready():
                    self.say("supervisor.ready", part=TITLES[name], seconds=self.age)
                    del waiting[name]
            self.pause(LOOK_SECONDS)

    def _failed_to_start(self, name: str) -> Obstacle:
        running = self._parts[name]
        words = running.last_words()
        if "No space left" in words or shutil.disk_usage(self.settings.data).free < ROOM_NEEDED:
            return full_disk(self.settings.data)
        return Obstacle("supervisor.part_failed", part=TITLES[name], words=words, log=running.log)

    def pause(self, seconds: float) -> None:
        """Sleep; Stopped ends it."""
        time.sleep(seconds)

    def watch(self) -> None:
        """Look after the parts until Stopped."""
        housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
        while True:
            for name in self._parts:
                self._look_after(name)
            if time.monotonic() > housekeeping:
                housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
                self._keep_house()
            self.pause(WATCH_SECONDS)

    def _look_after(self, name: str) -> None:
        running = self._parts[name]
        if name in self._due:
            if time.monotonic() >= self._due[name]:
                self._start_again(running)
            return
        if running.pid is None:
            if not running.part.ready():
                running.start()  # the broker that was found running is gone
            return
        ending = running.ended()
        if ending is not None:
            self._plan(name, running, ending)

    def _start_again(self, running: PartProcess) -> None:
        try:
            running.start()
        except OSError as error:  # no room for a log, no room for a process
            self._due[running.part.name] = time.monotonic() + LONGEST_DELAY
            self.say("supervisor.no_restart", part=TITLES[running.part.name], reason=error, seconds=LONGEST_DELAY)
        else:
            del self._due[running.part.name]

    def _plan(self, name: str, running: PartProcess, ending: Ending) -> None:
        lived = time.monotonic() - running.started_at
        failures = self._failures[name] = 1 if lived > LIVED_SECONDS else self._failures.get(name, 0) + 1
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failures - 1) if failures < 12 else LONGEST_DELAY)
        self._due[name] = time.monotonic() + delay
        blanks = {"part": TITLES[name], "seconds": delay, "log": running.log}
        if ending.killed_by:
            self.say("supervisor.part_killed", signal=ending.killed_by, **blanks)
        else:
            self.say("supervisor.part_ended", status=ending.status, **blanks)

    def _keep_house(self) -> None:
        for name, running in self._parts.items():
            running.rotate()
            if running.pid is not None:
                self._end_if_it_hangs(name, running)
        full = shutil.disk_usage(self.settings.data).free < ROOM_NEEDED
        if full and not self._told_full:
            obstacle = full_disk(self.settings.data)
            self.say(obstacle.key, **obstacle.blanks)
        self._told_full = full

    def _end_if_it_hangs(self, name: str, running: PartProcess) -> None:
        assert running.pid is not None
        if running.part.alive():
            self._silent[name] = self._idle[name] = 0
            return
        busy = self._labour.setdefault(name, Labour()).is_busy(running.pid)
        self._silent[name] = self._silent.get(name, 0) + 1
        self._idle[name] = 0 if busy else self._idle.get(name, 0) + 1
        if self._idle[name] >= PATIENCE or self._silent[name] >= PATIENCE_WITH_WORK:
            self._silent[name] = self._idle[name] = 0
            self.say("supervisor.part_hangs", part=TITLES[name])
            running.signal_group(signal.SIGKILL)  # and then it is like any other that was killed

    def end(self) -> None:
        """End every part, those first that need the others; whoever does not end in time is killed."""
        stages = sorted({running.part.stage for running in self._parts.values()})
        for stage in stages:
            self._end([running for running in self._parts.values() if running.part.stage == stage])

    def _end(self, group: list[PartProcess]) -> None:
        for running in group:
            running.ask_to_end()
        asked = time.monotonic()
        left = [running for running in group if running.pid is not None]
        while left:
            for running in list(left):
                if running.ended() is not None:
                    left.remove(running)
                elif len(self._came) > 1 or time.monotonic() - asked > running.part.grace_seconds:
                    running.kill()
                    left.remove(running)
            time.sleep(LOOK_SECONDS)
