"""Nothing outlives its purpose: whatever part is killed, frozen or closed, the rest ends and the next one works.

The children here execute what they are sent (tests/support/plain_child.py), so that a test says in Python what its
attacker does; isolation, deadlines and slots are the real ones.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from grader.errors import ChildCrashed, ChildLied, ChildOutOfMemory, ChildTimedOut, SandboxError
from grader.limits import Limits
from grader.sandbox.client import Sandbox
from grader.wire.messages import RunSubmission, World
from tests.guarantees.conftest import family, gone
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
STUBBORN = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""


def ask(child, source, wall_seconds=None):
    return child.ask(RunSubmission(source, "py", World()), wall_seconds).stdout.strip()


def send_without_waiting(child, source):
    """Set the child to work and return; nobody waits for its answer."""
    from grader.wire.codec import encode

    child._end.sendall(encode(RunSubmission(source, "py", World()), os.urandom(16)))


# ------------------------------------------------------------------------------------------- deadlines


def test_a_child_that_ignores_every_signal_is_killed_at_the_deadline(start):
    with Sandbox(start().connect()) as sandbox, sandbox.open() as child:
        began = time.monotonic()
        with pytest.raises(ChildTimedOut):
            ask(child, STUBBORN, wall_seconds=0.5)
        assert 0.4 < time.monotonic() - began < 3.0
        assert child.usage.cause == "deadline"


def test_the_deadline_is_held_while_the_client_is_frozen(start):
    service = start()
    connection = service.connect()
    client = os.fork()
    if client == 0:
        with Sandbox(connection).open() as child:
            child.ask(RunSubmission(STUBBORN, "py", World()), 1.0)
        os._exit(0)
    connection.close()
    try:
        before = len(family(service))
        assert eventually(lambda: busiest(service) > 0.2), "the child should be spinning by now"
        os.kill(client, signal.SIGSTOP)
        spinning = max(family(service), key=cpu_seconds)
        assert eventually(lambda: gone([spinning]), 5.0), f"{before} processes, and the spinning one lives on"
    finally:
        os.kill(client, signal.SIGKILL)
        os.waitpid(client, 0)


def cpu_seconds(process: psutil.Process) -> float:
    try:
        return process.cpu_times().user if process.name() != "python" else 0.0
    except psutil.NoSuchProcess:
        return 0.0


def busiest(service) -> float:
    return max(cpu_seconds(process) for process in family(service)[2:] or family(service))


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


# ------------------------------------------------------------------------------------------- endings


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


# ------------------------------------------------------------------------------------------- kill -9


def engine(rung: str) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """An engine of its own with two busy children, and the processes under it."""
    script = """
import json, sys, time
from tests.support.rungs import launch
from grader.sandbox.client import Sandbox
from tests.guarantees.test_lifetimes import STUBBORN, send_without_waiting
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
    import fcntl

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


# ------------------------------------------------------------------------------------------- slots


def test_a_client_waits_for_a_slot_and_gets_it(start):
    service = start(slots=1)
    first, second = Sandbox(service.connect()), Sandbox(service.connect())
    holder = first.open()
    with pytest.raises(SandboxError, match="slot"):
        second.open(queue_seconds=0.3)
    holder.close()
    with second.open(queue_seconds=10.0) as child:
        assert ask(child, "print('mine')") == "mine"
    first.close()
    second.close()


def test_waiting_clients_are_served_in_the_order_they_came(start):
    service = start(slots=1)
    holder_client = Sandbox(service.connect())
    holder = holder_client.open()
    clients = [Sandbox(service.connect()) for _ in range(3)]
    for client in clients:
        client._tickets = 1
        client._send({"op": "open", "ticket": 1, "limits": vars(Limits())})
    holder.close()
    for position, client in enumerate(clients):
        message, descriptors = client._receive(time.monotonic() + 5.0)
        assert message["op"] == "opened"
        for later in clients[position + 1 :]:
            with pytest.raises(TimeoutError):
                later._receive(time.monotonic() + 0.05)
        os.close(descriptors[0])
        client.close()
    holder_client.close()


def test_a_client_that_gave_up_takes_no_slot(start):
    service = start(slots=1, spares=0)
    with Sandbox(service.connect()) as sandbox:
        holder = sandbox.open()
        for _ in range(3):
            with pytest.raises(SandboxError):
                sandbox.open(queue_seconds=0.05)
        holder.close()
        for _ in range(3):
            with sandbox.open(queue_seconds=5.0) as child:
                assert ask(child, "print(1)") == "1"


def test_never_more_children_run_than_there_are_slots(start):
    service = start(slots=2, spares=1)
    clients = [Sandbox(service.connect()) for _ in range(2)]
    for client in clients:
        client.open()
    assert eventually(lambda: len(family(service)) == 5), "keeper, server, two children, one spare"
    with Sandbox(service.connect()) as third, pytest.raises(SandboxError):
        third.open(queue_seconds=0.2)
    assert len(family(service)) <= 5
    for client in clients:
        client.close()


def test_a_child_has_the_limits_that_were_asked_for_whatever_the_spares_have(start):
    source = "import resource as r; print(r.getrlimit(r.RLIMIT_NOFILE), r.getrlimit(r.RLIMIT_CPU))"
    with Sandbox(start(spares=2).connect()) as sandbox:
        for files in (64, 20, 33, 64):
            with sandbox.open(Limits(open_files=files, cpu_seconds=files)) as child:
                assert ask(child, source) == f"({files}, {files}) ({files}, {files})"


def test_a_child_that_can_not_be_isolated_is_our_fault_and_the_next_is_well(start):
    with Sandbox(start().connect()) as sandbox:
        with pytest.raises(SandboxError, match="isolate"):
            sandbox.open(Limits(open_files=-5))
        with sandbox.open() as child:
            assert ask(child, "print('well')") == "well"


# ------------------------------------------------------------------------------------------- leaks


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.slow
def test_two_hundred_children_leave_no_process_descriptor_memory_or_group(start):
    service = start(slots=2, spares=1)
    server = service.server_pid
    assert server is not None

    def spawn(count):
        for number in range(count):
            with Sandbox(service.connect()) as sandbox, sandbox.open() as child:
                if number % 4 == 0:
                    with pytest.raises(ChildCrashed):
                        ask(child, "import os; os._exit(1)")
                else:
                    assert ask(child, "open('left', 'w').write('x') if 0 else print(7)") == "7"

    def settled():
        return len(family(service)) == 3

    spawn(20)
    assert eventually(settled)
    before = descriptors(server), psutil.Process(server).memory_full_info().uss
    spawn(200)
    assert eventually(settled), family(service)
    assert eventually(lambda: descriptors(server) == before[0])
    assert psutil.Process(server).memory_full_info().uss - before[1] < 2 << 20


def test_no_child_is_left_unreaped(start):
    service = start(spares=0)
    with Sandbox(service.connect()) as sandbox:
        for _ in range(5):
            sandbox.open().close()
    assert eventually(lambda: len(family(service)) == 2)
