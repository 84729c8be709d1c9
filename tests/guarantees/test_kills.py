"""Whatever part is killed, the rest ends, nothing is left, and it is told as our fault.

The children here execute what they are sent (tests/support/plain_child.py); all around them is real.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.errors import ChildCrashed, SandboxError
from grader.sandbox.client import Sandbox
from tests.guarantees.conftest import family, gone
from tests.support.requests import STUBBORN, ask, send_without_waiting
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]


def engine(rung: str) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """An engine of its own with two busy children, and the processes under it."""
    script = """
import json, sys, time
from tests.support.rungs import launch
from grader.sandbox.client import Sandbox
from tests.support.requests import STUBBORN, send_without_waiting
service = launch(sys.argv[1], child="tests.support.plain_child")
sandbox = Sandbox(service.connect())
children = [sandbox.open(), sandbox.open()]
for child in children:
    send_without_waiting(child, STUBBORN)
print(json.dumps(service.pid), flush=True)
time.sleep(600)
"""
    command = [sys.executable, "-c", script, rung]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    keeper = psutil.Process(json.loads(process.stdout.readline()))
    return process, [keeper, *keeper.children(recursive=True)]


def test_kill_9_of_the_engine_leaves_nothing(rung):
    process, processes = engine(rung)
    assert len(processes) >= 4

    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()

    assert eventually(lambda: gone(processes)), processes
    assert eventually(lambda: not own_groups()), "the control groups must go with the engine"


def own_groups() -> list[Path]:
    """Control groups of fork-servers that no running one holds."""
    orphans = []
    for top in Path("/sys/fs/cgroup").glob("**/grader-sandbox-*"):
        try:
            lock = os.open(top, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            orphans.append(top)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
    return orphans


@pytest.mark.parametrize("victim", ["keeper", "server"])
def test_kill_9_of_the_fork_server_leaves_nothing_and_is_told_as_our_fault(start, victim):
    service = start()
    with Sandbox(service.connect()) as sandbox:
        send_without_waiting(sandbox.open(), STUBBORN)
        processes = family(service)
        pid = service.pid if victim == "keeper" else service.server_pid
        assert pid is not None
        assert service.alive()

        os.kill(pid, signal.SIGKILL)

        assert eventually(lambda: gone(processes)), processes
        assert eventually(lambda: not service.alive())
        with pytest.raises(SandboxError):
            sandbox.open()
    with pytest.raises(SandboxError):
        service.connect()


def test_kill_9_of_the_fork_server_during_a_request_is_no_fault_of_the_child(start):
    service = start()
    with Sandbox(service.connect()) as sandbox:
        child = sandbox.open()
        server = service.server_pid
        assert server is not None
        killer = subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {server}"])
        with pytest.raises(SandboxError):
            ask(child, STUBBORN)
        killer.wait()


def test_kill_9_of_a_child_is_a_crash_of_that_child_alone(start):
    service = start(spares=0)
    with Sandbox(service.connect()) as sandbox:
        victim, other = sandbox.open(), sandbox.open()
        pids = [process.pid for process in family(service)[2:]]
        os.kill(min(pids), signal.SIGKILL)
        with pytest.raises(ChildCrashed):
            ask(victim, "print(1)")
        assert victim.usage.cause == "signal"
        assert ask(other, "print(1)") == "1"
