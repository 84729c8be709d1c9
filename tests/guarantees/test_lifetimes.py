"""A child ends when it should, in whatever way it resists, and the next one is well.

The children here execute what they are sent (tests/support/plain_child.py), so that a test says in Python what its
attacker does; isolation, deadlines and slots are the real ones.
"""

import os
import signal
import time

import psutil
import pytest

from grader.errors import ChildCrashed, ChildLied, ChildOutOfMemory, ChildTimedOut, SandboxError
from grader.limits import Limits
from grader.sandbox.client import Sandbox
from grader.wire.messages import RunSubmission, World
from tests.guarantees.conftest import family, gone
from tests.support.requests import STUBBORN, ask, send_without_waiting
from tests.support.waiting import eventually


def test_a_child_that_ignores_every_signal_is_killed_at_the_deadline(start):
    with Sandbox(start().connect()) as sandbox, sandbox.open() as child:
        began = time.monotonic()
        with pytest.raises(ChildTimedOut):
            ask(child, STUBBORN, wall_seconds=0.5)
        assert 0.4 < time.monotonic() - began < 3.0
        assert child.usage.cause == "deadline"


def test_the_deadline_is_held_while_the_client_is_frozen(start):
    service = start(spares=0)
    connection = service.connect()
    client = os.fork()
    if client == 0:
        with Sandbox(connection).open() as child:
            child.ask(RunSubmission(STUBBORN, "py", World()), 3.0)
        os._exit(0)
    connection.close()
    try:
        assert eventually(lambda: any(cpu_seconds(process) > 0.05 for process in family(service)[2:]))
        os.kill(client, signal.SIGSTOP)
        spinning = family(service)[2:]
        assert len(spinning) == 1
        assert eventually(lambda: gone(spinning), 15.0)
    finally:
        os.kill(client, signal.SIGKILL)
        os.waitpid(client, 0)


def cpu_seconds(process: psutil.Process) -> float:
    try:
        return float(process.cpu_times().user)
    except psutil.NoSuchProcess:
        return 0.0


def test_the_whole_life_has_a_deadline_also_between_requests(start):
    with Sandbox(start().connect()) as sandbox, sandbox.open(Limits(total_seconds=0.6)) as child:
        assert ask(child, "print(1)") == "1"
        assert eventually(lambda: child._end.recv(1) == b"", 3.0)
        with pytest.raises(ChildTimedOut):
            ask(child, "print(2)")


def test_time_between_two_requests_is_not_charged_to_either(start):
    with Sandbox(start().connect()) as sandbox, sandbox.open() as child:
        for _ in range(3):
            assert ask(child, "import time; time.sleep(0.2); print(1)", wall_seconds=0.4) == "1"
            time.sleep(0.3)  # longer than what is left of the request's own time


def test_processor_time_ends_at_its_limit(start):
    with Sandbox(start().connect()) as sandbox, sandbox.open(Limits(cpu_seconds=1)) as child:
        with pytest.raises(ChildTimedOut):
            ask(child, STUBBORN)
        assert child.usage.cause == "cpu"
        assert 0.5 < child.usage.cpu_seconds < 2.0


def test_too_much_memory_is_told_as_memory_where_groups_are(start):
    service = start()
    hog = "blocks = []\nwhile True: blocks.append(bytearray(b'x' * (1 << 20)))"
    with Sandbox(service.connect()) as sandbox:
        with sandbox.open(Limits(memory_bytes=64 << 20)) as child:
            if service.layers["cgroups"].startswith("cgroup v"):
                with pytest.raises(ChildOutOfMemory):
                    ask(child, hog)
                assert child.usage.cause == "memory"
            else:
                assert ask(child, hog).startswith("MemoryError")
        with sandbox.open(Limits(memory_bytes=64 << 20)) as child:
            assert ask(child, "print(len(bytes(1 << 20)))") == "1048576", "the next child must have its memory"


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import os; os._exit(3)", "exit"),
        ("import os; os.close(wire); os.pause() if hasattr(os, 'pause') else __import__('signal').pause()", "closed"),
        ("import ctypes; ctypes.string_at(0)", "signal"),
        ("import os; os.abort()", "signal"),
    ],
)
def test_a_child_that_ends_itself_is_a_crash_and_the_next_is_well(start, source, cause):
    with Sandbox(start().connect()) as sandbox:
        with sandbox.open() as child:
            with pytest.raises(ChildCrashed):
                ask(child, source)
            assert child.usage.cause == cause
        with sandbox.open() as child:
            assert ask(child, "print('well')") == "well"


@pytest.mark.parametrize(
    "source",
    [
        "import os; os.write(wire, b'garbage ' * 100)",
        "import os; os.write(wire, b'ADGR' + bytes([1]) + bytes(16) + b'\\xff' * 8)",
        "import os, time; os.write(wire, b'ADGR' + bytes([1]) + bytes(24))",
        "from grader.wire.codec import encode; from grader.wire.messages import ReadReport; import os\n"
        "os.write(wire, encode(ReadReport(True, None), nonce))",
        "from grader.wire.codec import encode; from grader.wire.messages import RunReport; import os\n"
        "os.write(wire, encode(RunReport((), (), (), 0, (), (), 'forged', '', False, (), (), ()), bytes(16)))",
        "import os\n"
        "from grader.wire.codec import encode; from grader.wire.messages import RunReport\n"
        "whole = encode(RunReport((), (), (), 0, (), (), 'forged', '', False, (), (), ()), nonce)\n"
        "os.write(wire, whole)",
    ],
)
def test_a_child_that_breaks_the_protocol_has_lied_and_is_killed(start, source):
    with Sandbox(start().connect()) as sandbox:
        child = sandbox.open()
        with pytest.raises(ChildLied):  # noqa: PT012 - the forged answer comes with the first or before the second
            ask(child, source)
            ask(child, "print('asked again')")
        assert child.usage.cause == "closed"
        with sandbox.open() as child:
            assert ask(child, "print('well')") == "well"


def test_closing_the_client_kills_its_child_at_once(start):
    service = start(spares=0)
    sandbox = Sandbox(service.connect())
    children = [sandbox.open() for _ in range(2)]
    for child in children:
        send_without_waiting(child, STUBBORN)
    processes = family(service)[2:]
    assert len(processes) >= 2

    sandbox.close()

    assert eventually(lambda: gone(processes), 3.0)


def test_closing_one_child_leaves_the_other(start):
    with Sandbox(start(spares=0).connect()) as sandbox:
        first, second = sandbox.open(), sandbox.open()
        send_without_waiting(first, STUBBORN)
        first.close()
        assert first.usage.cause == "closed"
        assert ask(second, "print('here')") == "here"
        with pytest.raises(SandboxError):
            ask(first, "print(1)")
