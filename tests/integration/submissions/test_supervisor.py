"""The supervisor with parts made for the purpose: what dies comes back, what hangs is ended, nothing is left behind."""

import os
import signal
import sys
import threading
import time

import psutil
import pytest

from submissions.settings import read_service_settings
from submissions.supervisor import parts, process, supervise
from submissions.supervisor.obstacle import Obstacle
from submissions.supervisor.preflight import require_folder
from submissions.supervisor.process import Ending, Part, PartProcess
from submissions.supervisor.supervise import Stopped, Supervisor
from tests.support.waiting import eventually

# Stays until it is told to end, and notes how often it began. With "child" it has one that does not care for signals.
PROGRAM = """
import os, signal, subprocess, sys, time
mark, *words = sys.argv[1:]
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in words else lambda *_: sys.exit(0))
if "child" in words:
    child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, 1); time.sleep(60)"])
    open(mark + ".child", "w").write(str(child.pid))
with open(mark, "a") as file: file.write(f"{os.getpid()}\\n")
if "fails" in words: sys.exit("no reason to live")
while "works" in words: pass
time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path):
    require_folder(tmp_path)
    return read_service_settings({"SUBMISSIONS_DATA": str(tmp_path)})


class World:
    """A supervisor that watches in a thread of its own, in which it also started its parts."""

    def __init__(self, settings, **words):
        self.settings, self.told, self.over = settings, [], threading.Event()
        parts = {name: self.part(name, *text.split()) for name, text in words.items()}
        self.supervisor = Supervisor(settings, lambda key, **blanks: self.told.append((key, blanks)), [], parts)
        self.supervisor.pause = self._pause
        self.watcher = threading.Thread(target=self._run)

    def part(self, name, *words):
        mark = self.settings.data / f"{name}.mark"
        command = (sys.executable, "-c", PROGRAM, str(mark), *words)
        return Part(
            name,
            command,
            ready=lambda: mark.exists() and "fails" not in words,
            grace_seconds=1.0,
            stage=int("last" in words),
            alive=lambda: "hangs" not in words or len(self.begun(name)) != 1,
        )

    def _pause(self, seconds):
        if self.over.wait(min(seconds, 0.02)):
            raise Stopped

    def _run(self):
        try:
            self.supervisor.begin()
            self.supervisor.go_on()
            self.supervisor.wait_until_ready()
            self.supervisor.watch()
        except Stopped:
            pass
        except Obstacle as obstacle:
            self.told.append(("obstacle", obstacle))
        finally:
            self.supervisor.end()

    def begun(self, name):
        mark = self.settings.data / f"{name}.mark"
        return [int(line) for line in mark.read_text().split()] if mark.exists() else []

    def sentences(self):
        return [key for key, _ in self.told]

    def __enter__(self):
        self.watcher.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.watcher.join(20)
        assert not self.watcher.is_alive()


def test_a_part_that_is_killed_comes_back_with_a_sentence(settings):
    with World(settings, worker="", web="") as world:
        assert eventually(lambda: world.sentences().count("supervisor.ready") == 2)
        psutil.Process(world.begun("worker")[0]).kill()

        assert eventually(lambda: len(world.begun("worker")) == 2)
        assert len(world.begun("web")) == 1
        (blanks,) = [blanks for key, blanks in world.told if key == "supervisor.part_killed"]
        assert blanks["signal"] == "SIGKILL"


def test_what_a_dead_part_left_behind_is_gone_before_it_comes_back(settings):
    with World(settings, worker="child") as world:
        assert eventually(lambda: "supervisor.ready" in world.sentences())
        left = psutil.Process(int((settings.data / "worker.mark.child").read_text()))
        psutil.Process(world.begun("worker")[0]).kill()

        assert eventually(lambda: len(world.begun("worker")) == 2)
        assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE


def test_a_part_that_dies_again_and_again_is_started_ever_more_seldom(settings, monkeypatch):
    monkeypatch.setattr(supervise, "FIRST_DELAY", 0.01)
    with World(settings, worker="") as world:
        assert eventually(lambda: "supervisor.ready" in world.sentences())
        for number in range(4):
            assert eventually(lambda number=number: len(world.begun("worker")) == number + 1)
            psutil.Process(world.begun("worker")[-1]).kill()
        assert eventually(lambda: world.sentences().count("supervisor.part_killed") == 4)

    delays = [blanks["seconds"] for key, blanks in world.told if key == "supervisor.part_killed"]
    assert delays == sorted(delays)
    assert delays[-1] >= 4 * delays[0]


def test_a_part_that_does_not_start_ends_the_start_with_its_last_words(settings):
    with World(settings, grader="", web="fails") as world:
        assert eventually(lambda: "obstacle" in world.sentences())

    obstacle = world.told[-1][1]
    assert obstacle.key == "supervisor.part_failed"
    assert "no reason to live" in obstacle.blanks["words"]
    assert not [pid for pid in world.begun("grader") if psutil.pid_exists(pid)]


def test_a_part_that_hangs_is_ended_and_comes_back(settings, monkeypatch):
    monkeypatch.setattr(supervise, "HOUSEKEEPING_SECONDS", 0.01)
    monkeypatch.setattr(supervise, "PATIENCE", 50)  # longer than a part takes to begin
    with World(settings, valkey="hangs", web="") as world:
        assert eventually(lambda: len(world.begun("valkey")) >= 2), world.told

        assert "supervisor.part_hangs" in world.sentences()
        assert len(world.begun("web")) == 1


def test_the_end_spares_nobody_who_is_deaf_and_keeps_the_order(settings):
    ends = {}
    with World(settings, worker="deaf child", valkey="last") as world:
        assert eventually(lambda: world.sentences().count("supervisor.ready") == 2)
        pids = {name: world.begun(name)[0] for name in ("worker", "valkey")}
        child = int((settings.data / "worker.mark.child").read_text())
        world.over.set()
        while len(ends) < 2:
            for name, pid in pids.items():
                if name not in ends and not psutil.pid_exists(pid):
                    ends[name] = time.monotonic()

    assert ends["worker"] < ends["valkey"]
    assert eventually(lambda: not psutil.pid_exists(child))


def test_a_log_stays_bounded_and_loses_nothing_of_the_present(settings, monkeypatch):
    monkeypatch.setattr(process, "LOG_BYTES", 100)
    program = (
        "import os, sys, time; print('x' * 200, flush=True)\nwhile not os.path.exists(sys.argv[1]): time.sleep(.01)"
    )
    go_on = settings.data / "go-on"
    command = (sys.executable, "-c", program + "\nsys.exit('after')", str(go_on))
    running = PartProcess(Part("web", command, lambda: True), settings.data / "logs")
    running.log.write_text("old\n" * 50)
    running.start()
    assert eventually(lambda: "x" * 200 in running.log.read_text())

    running.rotate()
    go_on.touch()

    assert eventually(lambda: running.ended() is not None)
    assert running.log.read_text() == "after\n"
    assert "x" * 200 in running.log.with_suffix(".log.1").read_text()


def test_a_part_that_dies_just_before_it_is_asked_to_end_is_found_dead(settings):
    running = PartProcess(Part("web", (sys.executable, "-c", "pass"), lambda: True), settings.data / "logs")
    running.start()
    assert eventually(lambda: psutil.Process(running.pid).status() == psutil.STATUS_ZOMBIE)

    running.ask_to_end()
    assert running.ended() == Ending(0, "")
    assert running.pid is None


def test_an_ending_tells_signal_and_status_apart():
    assert Ending.of(3) == Ending(3, "")
    assert Ending.of(-signal.SIGKILL).killed_by == "SIGKILL"


def test_a_part_that_works_without_answering_is_given_more_time_and_not_for_ever(settings, monkeypatch):
    monkeypatch.setattr(supervise, "HOUSEKEEPING_SECONDS", 0.05)
    monkeypatch.setattr(supervise, "PATIENCE", 12)
    monkeypatch.setattr(supervise, "PATIENCE_WITH_WORK", 60)
    ended = {}
    with World(settings, web="hangs works", valkey="hangs") as world:
        began = time.monotonic()
        while len(ended) < 2 and time.monotonic() - began < 60:
            for key, blanks in list(world.told):
                if key == "supervisor.part_hangs":
                    ended.setdefault(blanks["part"], time.monotonic() - began)
            time.sleep(0.01)

    assert ended["supervisor.title_web"] > 2 * ended["supervisor.title_valkey"]


def test_a_frozen_reconciler_is_noticed_by_the_mark_that_it_no_longer_makes(settings):
    part = parts.parts(settings)["reconciler"]
    mark = settings.data / "run" / "reconciler.beat"
    assert part.environment["SUBMISSIONS_BEAT_FILE"] == str(mark)
    assert part.alive()  # nothing is known yet

    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    assert part.alive()
    os.utime(mark, (0, time.time() - 2 * parts.BEAT_SECONDS))
    assert not part.alive()
