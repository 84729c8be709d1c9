"""The submission as hidden checks reach it: every question goes to a sandboxed child, every answer is plain data."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from grader.errors import ChildFailure, ChildLied, ChildTimedOut, SandboxError
from grader.limits import Limits
from grader.sandbox.client import Child, Sandbox
from grader.submission import Submission
from grader.wire.messages import Call, CallReport, Read, ReadReport, Reply, Request, RunReport, RunSubmission, World

ReplyT = TypeVar("ReplyT", bound=Reply)
AnswerT = TypeVar("AnswerT")


class ChildWorlds:
    """Runs one submission in as many worlds as the checks ask for, one child at a time.

    A world's run is asked for once and remembered, failures included. At most one child lives at any moment, so that
    gradings can never wait for each other's slots. `waited_seconds` is the time spent waiting for students' code.
    """

    def __init__(self, sandbox: Sandbox, submission: Submission, limits: Limits) -> None:
        self.source, self.kind = submission.source, submission.kind
        self._sandbox = sandbox
        self._limits = limits
        self._child: Child | None = None
        self._child_world: str | None = None
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
            self.close()
        return reply

    def plain_run(self) -> RunReport:
        """The run that is shown to people: the first one in an unaltered world."""
        for world, outcome in self._asked:
            if world.mark == 1.0 and not world.replaced and world.assertions and isinstance(outcome, RunReport):
                return outcome
        raise ChildFailure("No unaltered run ended with a report.")

    def close(self) -> None:
        """End the living child, if any."""
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
        self.close()
        self._child = self._guarded(lambda: self._sandbox.open(self._limits), counts=False)
        self._child_world = repr(world)
        report = self._exchange(RunSubmission(self.source, self.kind, world), RunReport)
        self._keep(world, report)
        return report

    def _keep(self, world: World, outcome: RunReport | ChildFailure) -> None:
        if repr(world) not in self._runs:
            self._runs[repr(world)] = outcome
            self._asked.append((world, outcome))

    def _exchange(self, request: Request, expected: type[ReplyT]) -> ReplyT:
        child = self._child
        if child is None:
            raise SandboxError("There is no child to ask.")
        left = self._limits.total_seconds - self.waited_seconds
        if left <= 0:
            self.close()
            raise ChildTimedOut("The time for the whole grading is used up.")
        try:
            reply = self._guarded(lambda: child.ask(request, wall_seconds=min(self._limits.wall_seconds, left)))
        except ChildFailure:
            self.close()
            raise
        if not isinstance(reply, expected):
            self.close()
            raise ChildLied(f"{type(reply).__name__} came in answer to {type(request).__name__}.")
        return reply

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
