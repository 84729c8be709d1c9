"""`grader serve` with its real engine: what it lends, and what becomes of it when either end misbehaves or dies."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from grader.errors import SandboxError
from grader.packs import load_pack
from grader.runner.conversation import REQUEST_BYTES
from grader.runner.engine import Engine
from grader.runner.remote import RemoteEngine
from grader.settings import installed_exercises
from grader.submission import Submission, submission_from_file
from tests.support.grading_server import IMPATIENT, PACKS, SERVE, ServerProcess
from tests.support.waiting import eventually

RIGHT = """
import torch
hello = "hello"
def answer():
    return 42
def gradient(x):
    (x * x).sum().backward()
    return x.grad
def double(n):
    return 2 * n
"""
SLOW = RIGHT.replace("return 42", "import time; time.sleep(1.0); return 42")
ENDLESS = "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n"
BACKWARD_TWICE = installed_exercises()[0] / "backward-twice"


def handed_in(source, **written):
    return Submission(source, "py", "submission.py", written)


@pytest.fixture(scope="module")
def folder():
    # The path of a socket has to be short, and pytest's folders are not.
    with tempfile.TemporaryDirectory(prefix="gs") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def server(folder):
    with ServerProcess(folder / "shared") as running:
        yield running


def comparable(report):
    return {**report.to_record(), "timing_ms": {}}


def test_a_grading_over_the_socket_is_the_engine_s_own(server):
    there = server.remote.grade("verdicts", handed_in(RIGHT), 5)
    with Engine() as engine:
        here = engine.grade(load_pack(PACKS / "verdicts"), handed_in(RIGHT), 5)
    assert there.score == 6.0
    assert comparable(there) == comparable(here)


def test_each_check_is_told_before_the_next_has_ended(server):
    told = []
    report = server.remote.grade("verdicts", handed_in(SLOW), 5, lambda result: told.append((result, time.monotonic())))
    assert tuple(result for result, _ in told) == report.checks
    assert told[-1][1] - told[0][1] > 0.5


def test_only_its_owner_can_open_the_socket(server):
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600


def test_several_gradings_go_on_at_once(server):
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda seed: server.remote.grade("verdicts", handed_in(RIGHT), seed), range(12)))
    assert [(report.score, report.seed) for report in reports] == [(6.0, seed) for seed in range(12)]


def test_an_unknown_pack_is_the_instructor_s_matter(server):
    for pack_id in ("no-such-pack", str(PACKS / "verdicts"), "..", "../packs/verdicts", ""):
        report = server.remote.grade(pack_id, handed_in(RIGHT), 5)
        assert (report.status, report.exit_status) == ("broken_pack", 3)


def test_a_written_answer_counts_for_its_check_and_for_nothing_else(server):
    solution = submission_from_file(BACKWARD_TWICE / "solution.py").source
    without = solution + "\nexplanation = ''\n"
    words = "The saved tensors are freed by the first pass."

    def verdicts(**written):
        report = server.remote.grade("backward-twice", handed_in(without, **written), 5)
        return {check.name: check.verdict for check in report.checks}

    silent, answered = verdicts(), verdicts(explanation=words)
    assert silent["explanation"] == "failed"
    assert answered == {**silent, "explanation": "passed"}
    assert verdicts(explanation="dunno") == verdicts(zeroed_between=words) == silent


@pytest.mark.needs_root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read the memory of a child")
def test_a_written_answer_never_enters_the_child(server):
    words, marker = "nightingale-" + "beside-the-file", "nightingale-" + "in-the-file"
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server.path))
        client.sendall(request(source=f"# {marker}\n{ENDLESS}", written={"answer": words, "explanation": words}))
        child = server.spinning()
        assert holds(child.pid, marker.encode()), "the search itself must be able to find something"
        assert not holds(child.pid, words.encode())


def holds(pid, needle):
    """Whether the writable memory of a process holds these bytes."""
    process = Path(f"/proc/{pid}")
    with (process / "maps").open(encoding="ascii") as maps, (process / "mem").open("rb", buffering=0) as memory:
        for line in maps:
            places, rights, *_ = line.split()
            start, end = (int(place, 16) for place in places.split("-"))
            if rights.startswith("rw") and "[v" not in line:
                memory.seek(start)
                if needle in memory.read(end - start):
                    return True
    return False


def request(**changes):
    asked = {"op": "grade", "pack": "verdicts", "source": ENDLESS, "kind": "py", "name": "", "seed": 1, **changes}
    return json.dumps(asked).encode() + b"\n"


GARBAGE = {
    "bytes": b"\0\xff\xfe\n",
    "no object": b"[1, 2]\n",
    "empty": b"\n",
    "deep": b"[" * 100_000 + b"\n",
    "no op": b"{}\n",
    "unknown op": b'{"op": "stop"}\n',
    "no source": b'{"op": "grade", "pack": "verdicts", "seed": 1}\n',
    "seed of another kind": request(seed=True),
    "seed below zero": request(seed=-1),
    "kind that is none": request(kind="c"),
    "answers that are no texts": request(written={"a": [1]}),
    "pack of another kind": request(pack=7),
}


@pytest.mark.parametrize("payload", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_answered_with_a_fault_and_does_no_harm(server, payload):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(server.path))
        client.sendall(payload)
        answer = client.makefile("rb").read().strip()
    assert "fault" in json.loads(answer)
    assert server.remote.grade("verdicts", handed_in(RIGHT), 5).score == 6.0


def test_a_line_without_end_is_cut_off(server):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(server.path))
        try:
            for _ in range(REQUEST_BYTES // 65536 + 20):
                client.sendall(b"x" * 65536)
        except OSError:
            pass  # it has hung up on us already
        else:
            assert b"more than" in client.recv(65536)
    assert server.remote.health()["conversations"] == 0


def test_half_a_request_is_forgotten_when_its_client_goes(server):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server.path))
        client.sendall(b'{"op": "grade", ')
        assert eventually(lambda: server.remote.health()["conversations"] == 1)
    assert eventually(lambda: server.remote.health()["conversations"] == 0)


def test_a_client_that_hangs_up_ends_its_grading(server):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server.path))
        client.sendall(request())
        running = server.spinning()
    gone, _ = psutil.wait_procs([running], timeout=2)
    assert gone
    assert eventually(lambda: server.remote.health()["conversations"] == 0)


def test_neither_end_imports_torch_or_pytest():
    program = (
        "import sys, grader.runner.server, grader.runner.remote\n"
        "print(sorted({'torch', 'pytest', '_pytest', 'numpy'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_a_socket_in_use_is_left_alone(server):
    second = ServerProcess(server.path)
    status, said = second.ended()
    assert status == 4
    assert str(server.path) in said.replace("\n", "")
    assert server.remote.health()["conversations"] == 0


def test_a_file_in_the_way_is_left_alone(folder):
    path = folder / "file"
    path.write_text("precious")
    assert ServerProcess(path).ended()[0] == 4
    assert path.read_text() == "precious"


def test_more_clients_than_there_is_room_for_are_told_so(folder):
    with ServerProcess(folder / "narrow", "--conversations", "1") as server:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(server.path))
            client.sendall(b'{"op": ')
            assert eventually(lambda: refused(server))
        assert eventually(lambda: not refused(server))


def refused(server):
    try:
        server.remote.health()
    except SandboxError as error:
        return "1 conversations already" in str(error)
    return False


def test_a_server_killed_in_mid_grading_is_our_fault_told_at_once_and_leaves_nothing(folder):
    path = folder / "killed"
    with ServerProcess(path) as server:
        left = server.descendants()
        killer = threading.Timer(0.5, server.process.kill)
        killer.start()
        began = time.monotonic()
        with pytest.raises(SandboxError):
            server.remote.grade("verdicts", handed_in(ENDLESS), 5)
        assert time.monotonic() - began < 5
        assert len(left) >= 4
        _, alive = psutil.wait_procs([*left, *server.descendants()], timeout=10)
        assert alive == []
        assert path.exists(), "a killed server can not clear up"
    with ServerProcess(path) as server:  # which the next one does
        assert server.remote.grade("verdicts", handed_in(RIGHT), 5).score == 6.0
    assert not path.exists()


def test_a_server_that_is_not_there_is_our_fault(folder):
    with pytest.raises(SandboxError):
        RemoteEngine(folder / "nobody").grade("verdicts", handed_in(RIGHT), 5)


def test_a_server_that_hangs_is_not_waited_for(folder):
    with ServerProcess(folder / "frozen") as server:
        remote = RemoteEngine(server.path, silent_seconds=3)
        killer = threading.Timer(0.5, lambda: server.process.send_signal(signal.SIGSTOP))
        killer.start()
        with pytest.raises(SandboxError, match="Nothing was heard"):
            remote.grade("verdicts", handed_in(ENDLESS), 5)
        with pytest.raises(SandboxError):
            remote.health(2)


def test_at_sigterm_a_running_grading_is_finished_and_no_other_begun(folder):
    with ServerProcess(folder / "ending") as server, ThreadPoolExecutor(1) as pool:
        began = threading.Event()
        slow = pool.submit(server.remote.grade, "verdicts", handed_in(SLOW), 5, lambda _result: began.set())
        assert began.wait(20)
        server.process.terminate()
        assert eventually(lambda: not answers(server))
        assert slow.result().score == 6.0
        assert server.ended()[0] == 0
        assert not server.path.exists()


def answers(server):
    try:
        server.remote.health()
    except SandboxError:
        return False
    return True


def test_the_time_of_grace_has_an_end(folder):
    with ServerProcess(folder / "graceless", "--grace", "0") as server, ThreadPoolExecutor(1) as pool:
        endless = pool.submit(server.remote.grade, "verdicts", handed_in(ENDLESS), 5)
        server.spinning()
        server.process.terminate()
        assert server.ended(15)[0] == 0
        with pytest.raises(SandboxError):
            endless.result()


@pytest.mark.slow
@pytest.mark.parametrize("part", ["checker", "sandbox"])
def test_a_fork_server_that_hangs_is_replaced_and_nobody_pays(folder, part):
    with ServerProcess(folder / f"hanging-{part}", command=IMPATIENT) as server:
        server.remote.grade("verdicts", handed_in(RIGHT), 5)
        frozen = fork_server(server, part)
        os.kill(frozen.pid, signal.SIGSTOP)
        assert server.remote.grade("verdicts", handed_in(RIGHT), 5).score == 6.0
        assert eventually(lambda: not frozen.is_running() or frozen.status() == psutil.STATUS_ZOMBIE)


def fork_server(server, part):
    """The process that would fork: the checker itself; for the sandbox the child of its keeper."""
    for process in psutil.Process(server.process.pid).children():
        if ("grader.runner.checker" in " ".join(process.cmdline())) == (part == "checker"):
            return process if part == "checker" else process.children()[0]
    raise AssertionError(part)


def test_without_a_socket_the_command_says_what_is_missing():
    command = [sys.executable, *SERVE[:-1]]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
