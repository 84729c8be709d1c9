"""Slots are given in turn and never more than there are; spares are like any child; nothing leaks.

The children here execute what they are sent (tests/support/plain_child.py); all around them is real.
"""

import os
import time
from pathlib import Path

import psutil
import pytest

from grader.errors import ChildCrashed, SandboxError
from grader.limits import Limits
from grader.sandbox.client import Sandbox
from tests.guarantees.conftest import family
from tests.support.requests import ask
from tests.support.waiting import eventually


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


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def steady_descriptors(pid: int) -> int:
    """Their number once it has stayed the same for fifty looks: a spare that is just being made holds some more."""
    seen: list[int] = []

    def is_steady():
        seen.append(descriptors(pid))
        return len(seen) >= 50 and len(set(seen[-50:])) == 1

    assert eventually(is_steady), seen[-50:]
    return seen[-1]


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
    before = steady_descriptors(server), psutil.Process(server).memory_full_info().uss
    spawn(200)
    assert eventually(settled), family(service)
    assert eventually(lambda: descriptors(server) == before[0]), (before[0], descriptors(server))
    assert psutil.Process(server).memory_full_info().uss - before[1] < 2 << 20


def test_no_child_is_left_unreaped(start):
    service = start(spares=0)
    with Sandbox(service.connect()) as sandbox:
        for _ in range(5):
            sandbox.open().close()
    assert eventually(lambda: len(family(service)) == 2)


def test_what_the_fork_server_held_closes_no_file_of_a_child_s(start):
    source = """
import gc, os
files = [open(os.devnull) for _ in range(40)]
gc.collect()
closed = 0
for file in files:
    try:
        os.fstat(file.fileno())
    except OSError:
        closed += 1
print(closed)
"""
    service = start(slots=6, spares=0)
    clients = [Sandbox(service.connect()) for _ in range(6)]
    for client in clients:
        # Forked while the connections before it have children, and so refer to them and are referred to.
        assert ask(client.open(), source) == "0"
    for client in clients:
        client.close()
