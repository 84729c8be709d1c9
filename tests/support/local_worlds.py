"""Runs of a submission in plain forks of the test process: the real child, without isolation and fork-servers.

For tests of checks only, on submissions of our own. `grade` runs the checks of a pack as the plug-in would.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import os
import secrets
import select
import signal
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from grader.checks import inputs
from grader.checks.feedback import Diagnosis
from grader.checks.student import Student
from grader.checks.worlds import Answers
from grader.errors import ChildCrashed, ChildFailure, ChildTimedOut
from grader.packs import Pack, load_pack
from grader.sandbox import channel
from grader.submission import submission_from_file
from grader.wire.codec import NONCE_BYTES, decode, encode, read_frame
from grader.wire.messages import Call, CallReport, Read, ReadReport, Reply, Request, RunReport, RunSubmission, World

ReplyT = TypeVar("ReplyT", bound=Reply)

SECONDS = 20.0


class Nursery:
    """A warm process that forks children. Warming up alters torch and pyplot, so it is not done in the test process."""

    def __init__(self) -> None:
        self._control, theirs = channel.pair()
        self._pid = os.fork()
        if self._pid == 0:
            self._control.close()
            try:
                _raise_children(theirs)
            finally:
                os._exit(0)
        theirs.close()

    def child(self) -> tuple[socket.socket, int]:
        """Our end of a new child's protocol socket, and its process id."""
        here, there = socket.socketpair()
        with there:
            channel.send(self._control, {"op": "fork"}, [there.fileno()])
        answer, _ = channel.receive(self._control)
        assert answer is not None, "the nursery has died"
        return here, answer["pid"]

    def close(self) -> None:
        """Ends the nursery."""
        self._control.close()
        os.waitpid(self._pid, 0)


def _raise_children(control: socket.socket) -> None:
    from grader.sandbox import child

    child.warm_up()
    folder = tempfile.TemporaryDirectory(prefix="submissions-")
    os.chdir(folder.name)  # What a submission saves must not land in the checkout.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors = channel.receive(control)
        if message is None:
            folder.cleanup()
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            child.serve(descriptors[0])
        os.close(descriptors[0])
        channel.send(control, {"pid": pid})


@functools.cache
def nursery() -> Nursery:
    """The nursery of this test process, made when it is first needed."""
    made = Nursery()
    atexit.register(made.close)
    return made


class LocalWorlds:
    """The `Worlds` of one submission: one forked child at a time, as the runner does it."""

    def __init__(self, source: str, kind: str = "py") -> None:
        self.source, self.kind, self.written = source, kind, {}
        self._runs: dict[str, RunReport] = {}
        self._end: socket.socket | None = None
        self._pid = 0
        self._world = ""

    def run(self, world: World) -> RunReport:
        """The run of the submission in this world, made once."""
        if repr(world) not in self._runs:
            self._open(world)
        return self._runs[repr(world)]

    def anticipate(self, world: World, apart: str = "") -> None:
        """Runs go one after the other here."""

    def ask(self, world: World, request: Call | Read, apart: str = "") -> CallReport | ReadReport:
        """A question to a child that has run the submission in this world."""
        if self._end is None or self._world != repr(world) + apart:
            self._open(world, apart)
        return self._exchange(request, CallReport if isinstance(request, Call) else ReadReport)

    def ask_all(self, world: World, requests: Sequence[Call], apart: str = "") -> Answers:
        """Some questions in turn."""
        reports: list[CallReport] = []
        try:
            reports.extend(self.ask(world, request, apart) for request in requests)
        except ChildFailure as failure:
            return Answers(tuple(reports), failure)
        return Answers(tuple(reports))

    def close(self) -> None:
        """Ends the child."""
        if self._end is not None:
            self._end.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        self._end = None

    def _open(self, world: World, apart: str = "") -> None:
        self.close()
        self._end, self._pid = nursery().child()
        self._world = repr(world) + apart
        self._runs[repr(world)] = self._exchange(RunSubmission(self.source, self.kind, world), RunReport)

    def _exchange(self, request: Request, expected: type[ReplyT]) -> ReplyT:
        assert self._end is not None
        nonce = secrets.token_bytes(NONCE_BYTES)
        try:
            self._end.sendall(encode(request, nonce))
            return decode(read_frame(self._receive), nonce, expected)
        except (EOFError, ConnectionError):
            self.close()
            raise ChildCrashed from None
        except TimeoutError:
            self.close()
            raise ChildTimedOut from None

    def _receive(self, count: int) -> bytes:
        assert self._end is not None
        if not select.select([self._end], [], [], SECONDS)[0]:
            raise TimeoutError
        return self._end.recv(count)


@contextmanager
def local_student(source: str, *, kind: str = "py", seed: int = 7, check: str = "check") -> Iterator[Student]:
    """A student over a submission's text, with the inputs seeded."""
    worlds = LocalWorlds(source, kind)
    inputs.reseed(seed, check)
    try:
        yield Student(worlds, seed, check)
    finally:
        worlds.close()


def grade(pack: Pack | Path, file: Path, seed: int = 7) -> dict[str, str]:
    """What each check says of the file: "passed", "skipped", a diagnosis code, or "broken: ..."."""
    declared = load_pack(pack) if isinstance(pack, Path) else pack
    submission = submission_from_file(file)
    worlds = LocalWorlds(submission.source, submission.kind)
    modules = [_module(path) for path in sorted(declared.path.glob("checks/test_*.py"))]
    verdicts: dict[str, str] = {}
    try:
        for check in declared.checks:
            if any(verdicts[name] != "passed" for name in check.requires):
                verdicts[check.name] = "skipped"
                continue
            name = f"test_{check.name}"
            test = next(getattr(module, name) for module in modules if hasattr(module, name))
            inputs.reseed(seed, check.name)
            verdicts[check.name] = _verdict(test, Student(worlds, seed, check.name))
    finally:
        worlds.close()
    return verdicts


def _verdict(test, student: Student) -> str:
    try:
        test(student)
    except AssertionError as error:
        message = error.args[0] if error.args else "no code"
        return str(message.code if isinstance(message, Diagnosis) else message)
    except ChildFailure as failure:
        return {"ChildTimedOut": "timeout"}.get(type(failure).__name__, "process-died")
    except Exception as error:  # noqa: BLE001 - whatever a check raises, it is the check's fault
        return f"broken: {type(error).__name__}: {error}"
    return "passed"


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"local_checks_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
