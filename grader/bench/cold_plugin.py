"""The pytest plugin of the cold baseline: the same checks and `student`, but in a plain fork without any sandbox."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from grader.checks import inputs
from grader.checks.student import Student
from grader.checks.worlds import Answers
from grader.sandbox import child, warming
from grader.submission import submission_from_file
from grader.wire import codec
from grader.wire.messages import Call, CallReport, Read, ReadReport, Reply, Request, RunReport, RunSubmission, World

SEED = 7
NONCE = bytes(16)


class ForkedWorlds:
    """One unprotected fork for each world."""

    def __init__(self, source: str, kind: str) -> None:
        self.source, self.kind = source, kind
        self.written: Mapping[str, str] = {}
        self._lines: dict[str, socket.socket] = {}
        self._runs: dict[str, RunReport] = {}

    def run(self, world: World) -> RunReport:
        """The run in `world`, in a fork that stays for questions."""
        key = repr(world)
        if key not in self._runs:
            ours, theirs = socket.socketpair()
            if os.fork() == 0:
                ours.close()
                child.serve(theirs.fileno())
                os._exit(0)
            theirs.close()
            self._lines[key] = ours
            report = self._exchange(ours, RunSubmission(self.source, self.kind, world), RunReport)
            assert isinstance(report, RunReport)
            self._runs[key] = report
        return self._runs[key]

    def anticipate(self, _world: World, _apart: str = "") -> None:
        """Runs go one after the other here."""

    def ask_all(self, world: World, requests: Sequence[Call], apart: str = "") -> Answers:
        """One question after the other."""
        reports = [self.ask(world, request, apart) for request in requests]
        return Answers(tuple(report for report in reports if isinstance(report, CallReport)))

    def ask(self, world: World, request: Call | Read, _apart: str = "") -> CallReport | ReadReport:
        """A question to the fork that lives in `world`."""
        self.run(world)
        expected = CallReport if isinstance(request, Call) else ReadReport
        reply = self._exchange(self._lines[repr(world)], request, expected)
        assert isinstance(reply, CallReport | ReadReport)
        return reply

    def _exchange(self, line: socket.socket, request: Request, expected: type[Reply]) -> Reply:
        line.sendall(codec.encode(request, NONCE))
        frame = codec.read_frame(line.recv)
        reply = codec.decode(frame, NONCE, expected)
        assert isinstance(reply, expected)
        return reply


@pytest.fixture(scope="session")
def worlds() -> ForkedWorlds:
    """The submission that the environment names, its worlds shared by all checks."""
    warming.install()  # A cold run uses everything for the first time anyway.
    submission = submission_from_file(Path(os.environ["BENCH_SUBMISSION"]))
    return ForkedWorlds(submission.source, submission.kind)


@pytest.fixture
def student(worlds: ForkedWorlds, request: pytest.FixtureRequest) -> Student:
    """What a hidden check sees."""
    check = request.node.originalname.removeprefix("test_")
    inputs.reseed(SEED, check)
    return Student(worlds, seed=SEED, check=check)
