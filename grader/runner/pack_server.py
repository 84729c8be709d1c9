"""One pack, collected once: a pytest session that stops before its first test and is forked there for every grading.

Theory of operation. `pytest.main` collects the pack's checks in this process. Where pytest would run them
(`pytest_runtestloop`) this process forks idle *grading processes* instead. Each waits on the pack's socket; the kernel
hands a job to exactly one of them; it says so through a pipe, this process forks the next idle one meanwhile, and the
grading runs in what is a fresh pytest session holding nothing of any other submission.

If collection fails the pack is broken: the process stays and answers every job with the reason.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import select
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from grader.checks import api
from grader.errors import PackError
from grader.packs import load_pack
from grader.runner.lifetime import die_with_parent
from grader.runner.plugin import ChecksPlugin
from grader.runner.session import JobStream, grade_one

IDLE_GRADINGS = 2
REFILL_MS = 40
MAX_PACKET = 64 * 1024

# Assertions stay plain: a failing check tells a diagnosis code, never an expression with hidden values in it.
PYTEST_FLAGS = (
    "--assert=plain", "--import-mode=importlib", "--noconftest", "--capture=no", "--strict-markers", "-c", os.devnull,
    "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-p", "no:doctest", "-p", "no:unittest",
    "-p", "no:logging", "-p", "no:junitxml", "-p", "no:warnings", "-p", "no:stepwise", "-p", "no:threadexception",
    "-p", "no:unraisableexception", "-p", "no:tmpdir", "-p", "no:pastebin", "-p", "no:setuponly",
)  # fmt: skip


def warm_up() -> str:
    """Import and exercise once what every grading needs, single-threaded. Returns torch's version."""
    torch.set_num_threads(1)
    x = torch.linspace(-1.0, 1.0, 8, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(torch.sin(x).sum(), x, create_graph=True)
    torch.autograd.backward([gradient.sum()])
    assert api is not None  # The import is the point: the whole check library is loaded here.
    return str(torch.__version__)


def main(path: Path, jobs: socket.socket) -> None:
    """Collect the pack at `path` and serve `jobs` until the checker closes its end."""
    output = io.StringIO()
    try:
        pack = load_pack(path)
        plugin = ChecksPlugin(pack, lambda session_plugin: _serve(jobs, lambda job: grade_one(session_plugin, job)))
        flags = [*PYTEST_FLAGS, f"--rootdir={path}", f"--confcutdir={path}", str(path / "checks")]
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            pytest.main(flags, plugins=[plugin])
        reason = plugin.fault or output.getvalue().strip() or "its checks could not be collected"
    except PackError as error:
        reason = str(error)
    _serve(jobs, lambda job: job.send({"broken": reason[:4000]}))


def _serve(jobs: socket.socket, grade: Callable[[JobStream], None]) -> None:
    """Keep idle grading processes waiting on `jobs`; exits the process when the checker hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # The kernel reaps finished gradings.
    gc.collect()
    gc.freeze()
    taken, tell_taken = os.pipe()
    idle = 0
    hangup = select.poll()
    hangup.register(jobs, 0)  # Only errors and the hang-up; the packets are for the idle processes.
    hangup.register(taken, select.POLLIN)
    while True:
        events = hangup.poll(REFILL_MS if 0 < idle < IDLE_GRADINGS else None) if idle else []
        for fd, _event in events:
            if fd != taken:
                os._exit(0)
            idle -= len(os.read(taken, 64))
        if not events:
            # Forking competes with the grading that has just begun, so it waits while another process is idle.
            _fork_idle(jobs, tell_taken, grade)
            idle += 1


def _fork_idle(jobs: socket.socket, tell_taken: int, grade: Callable[[JobStream], None]) -> None:
    parent = os.getpid()
    if os.fork() != 0:
        return
    try:
        die_with_parent(parent)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        packet, fds, _, _ = socket.recv_fds(jobs, MAX_PACKET, 2)
        if packet:
            jobs.close()
            os.write(tell_taken, b"1")
            os.close(tell_taken)
            grade(JobStream(json.loads(packet), socket.socket(fileno=fds[0]), socket.socket(fileno=fds[1])))
    finally:
        os._exit(0)
