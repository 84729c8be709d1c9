"""The submission as hidden checks reach it: every question goes to a sandboxed child, every answer is plain data."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

from grader.errors import ChildFailure, ChildLied, ChildTimedOut, SandboxError
from grader.limits import Limits
from grader.sandbox.client import Child, Sandbox
from grader.submission import Submission
from grader.wire.messages import Call, CallReport, Read, ReadReport, Reply, Request, RunReport, RunSubmission, World

# Long enough for an answer of the fork-server, short enough not to be felt.
FREE_SLOT_SECONDS = 0.01

ReplyT = TypeVar("ReplyT", bound=Reply)
AnswerT = TypeVar("AnswerT")


class ChildWorlds:
    """Runs one submission in as many worlds as the checks ask for, a child for each.

    A world's run is asked for once and remembered, failures included. A grading waits for a slot only while it holds
    none, so gradings can never wait for each other. `waited_seconds` is the time spent waiting for students' code.
    """

    def __init__(self, sandbox: Sandbox, submission: Submission, limits: Limits) -> None:
        self.source, self.kind, self.written = submission.source, submission.kind, submission.written
        self._sandbox = sandbox
        self._limits = limits
        self._child: Child | None = None
        self._child_world: str | None = None
        self._anticipated: list[World] = []
        self._aside: dict[str, Child] = {}
        self._runs: dict[str, RunReport | ChildFailure] = {}
        self._asked: list[tuple[World, RunReport | ChildFailure]] = []
        self.waited_seconds = 0.0
        self.is_waiting = False
        self.fault: SandboxError | None = None

    def run(self, world: World) -> RunReport:
        """The report of the submission's run in `world`. Raises ChildFailure, the same one every time."""
        known = self._runs.get(repr(world))
        if known is None:
            known = self._remember(world)
        if isinstance(known, ChildFailure):
            raise known
        return known

    def anticipate(self, world: World) -> None:
        """Announce that `world` will be asked for: its run may then go on beside the next one, if a slot is free."""
        self._anticipated.append(world)

    def ask(self, world: World, request: Call | Read) -> CallReport | ReadReport:
        """Put `request` to a child that has run the submission in `world`, making one if need be."""
        if self._child is None or self._child_world != repr(world):
            known = self._runs.get(repr(world))
            if isinstance(known, ChildFailure):
                raise known
            self._open(world)
        reply: CallReport | ReadReport
        reply = (
            self._exchange(request, CallReport) if isinstance(request, Call) else self._exchange(request, ReadReport)
        )
        if isinstance(reply, CallReport) and reply.problem and reply.problem.types[:1] == ("SubmissionTimeout",):
            # The call was broken off somewhere inside the student's code: what it left behind is not to be built on.
            self._close_child()
        return reply

    def plain_run(self) -> RunReport:
        """The run that is shown to people: the first one in an unaltered world."""
        for world, outcome in self._asked:
            if world.mark == 1.0 and not world.replaced and world.assertions and isinstance(outcome, RunReport):
                return outcome
        raise ChildFailure("No unaltered run ended with a report.")

    def close(self) -> None:
        """End every living child."""
        self._close_child()
        for child in self._aside.values():
            child.close()
        self._aside.clear()

    def _close_child(self) -> None:
        if self._child is not None:
            self._child.close()
        self._child = self._child_world = None

    def _remember(self, world: World) -> RunReport | ChildFailure:
        try:
            return self._open(world)
        except ChildFailure as failure:
            self._keep(world, failure)
            return failure

    def _open(self, world: World) -> RunReport:
        self._close_child()
        self._child = self._aside.pop(repr(world), None)
        self._child_world = repr(world)
        if self._child is None:
            self._child = self._guarded(lambda: self._sandbox.open(self._limits), counts=False)
            self._begin(RunSubmission(self.source, self.kind, world))
            self._start_anticipated()
        report = self._finish(RunReport)
        self._keep(world, report)
        return report

    def _start_anticipated(self) -> None:
        """Begin the announced runs in slots that are free now; the others run when they are asked for."""
        while self._anticipated:
            world = self._anticipated.pop()
            if repr(world) not in self._runs:
                with contextlib.suppress(SandboxError, ChildFailure):
                    child = self._sandbox.open(self._limits, queue_seconds=FREE_SLOT_SECONDS)
                    child.begin(RunSubmission(self.source, self.kind, world), self._seconds_for_request())
                    self._aside[repr(world)] = child

    def _keep(self, world: World, outcome: RunReport | ChildFailure) -> None:
        if repr(world) not in self._runs:
            self._runs[repr(world)] = outcome
            self._asked.append((world, outcome))

    def _exchange(self, request: Request, expected: type[ReplyT]) -> ReplyT:
        self._begin(request)
        return self._finish(expected)

    def _begin(self, request: Request) -> None:
        seconds = self._seconds_for_request()
        self._on_child(lambda child: child.begin(request, seconds))

    def _finish(self, expected: type[ReplyT]) -> ReplyT:
        reply = self._on_child(lambda child: child.finish())
        if not isinstance(reply, expected):
            self._close_child()
            raise ChildLied(f"{type(reply).__name__} came where {expected.__name__} was due.")
        return reply

    def _on_child(self, action: Callable[[Child], AnswerT]) -> AnswerT:
        """Do something with the living child; after a failure there is none."""
        child = self._child
        if child is None:
            raise SandboxError("There is no child to ask.")
        try:
            return self._guarded(lambda: action(child))
        except ChildFailure:
            self._close_child()
            raise

    def _seconds_for_request(self) -> float:
        left = self._limits.total_seconds - self.waited_seconds
        if left <= 0:
            self.close()
            raise ChildTimedOut("The time for the whole grading is used up.")
        return min(self._limits.wall_seconds, left)

    def _guarded(self, ask: Callable[[], AnswerT], *, counts: bool = True) -> AnswerT:
        """Time the wait if it `counts` as the student's (waiting for a free slot does not), and keep a fault of ours
        in view even if a check should swallow the exception.
        """
        began = time.monotonic()
        self.is_waiting = True
        try:
            return ask()
        except SandboxError as fault:
            self.fault = fault
            raise
        finally:
            self.is_waiting = False
            if counts:
                self.waited_seconds += time.monotonic() - began
