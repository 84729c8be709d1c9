"""The submission as hidden checks reach it: every question goes to a sandboxed child, every answer is plain data."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.checks.worlds import Answers
from grader.errors import ChildFailure, ChildLied, ChildTimedOut, SandboxError
from grader.limits import CHILDREN_PER_GRADING, Limits
from grader.sandbox.client import Child, Sandbox
from grader.submission import Submission
from grader.wire.messages import Call, CallReport, Read, ReadReport, Reply, Request, RunReport, RunSubmission, World

# Long enough for an answer of the fork-server, short enough not to be felt.
FREE_SLOT_SECONDS = 0.01
# As long as a new child takes to be isolated, so that the others need not go for it.
NEXT_SLOT_SECONDS = 0.05

ReplyT = TypeVar("ReplyT", bound=Reply)
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True)
class _Place:
    """A child's world and, where it is kept apart from other children of the same world, what for."""

    world: str
    apart: str


class ChildWorlds:
    """Runs one submission in as many worlds as the checks ask for, a child for each.

    A world's run is asked for once and remembered, failures included. Children stay for later questions, a few at a
    time. A grading waits for a slot only while it holds none, so gradings can never wait for each other.
    `waited_seconds` is the time spent waiting for students' code.
    """

    def __init__(self, sandbox: Sandbox, submission: Submission, limits: Limits) -> None:
        self.source, self.kind, self.written = submission.source, submission.kind, submission.written
        self._sandbox = sandbox
        self._limits = limits
        # The one asked last comes last.
        self._living: dict[_Place, Child] = {}
        # Those whose run has been begun ahead and not been waited for.
        self._running: set[_Place] = set()
        self._anticipated: list[tuple[World, str]] = []
        self._runs: dict[_Place, RunReport | ChildFailure] = {}
        self._asked: list[tuple[World, RunReport | ChildFailure]] = []
        self.waited_seconds = 0.0
        self.is_waiting = False
        self.fault: SandboxError | None = None

    def run(self, world: World) -> RunReport:
        """The report of the submission's run in `world`. Raises ChildFailure, the same one every time."""
        place = _Place(repr(world), "")
        if place not in self._runs:
            with contextlib.suppress(ChildFailure):
                self._open(world, place)
        return self._known(place)

    def anticipate(self, world: World, apart: str = "") -> None:
        """Announce that `world` will be asked for: its run may then go on beside the next one, if a slot is free."""
        self._anticipated.append((world, apart))

    def ask(self, world: World, request: Call | Read, apart: str = "") -> CallReport | ReadReport:
        """Put `request` to a child that has run the submission in `world`, making one if need be.

        apart: a name for a child of its own, which is asked nothing but what is asked under this name.
        """
        place = self._ready(world, apart)
        reply: CallReport | ReadReport
        if isinstance(request, Call):
            reply = self._exchange(place, request, CallReport)
            self._close_if_broken_off(place, reply)
        else:
            reply = self._exchange(place, request, ReadReport)
        return reply

    def ask_all(self, world: World, requests: Sequence[Call], apart: str = "") -> Answers:
        """Put the first of these requests to such a child, as far as it goes: to one that ran out of time."""
        place = self._ready(world, apart)
        reports: list[CallReport] = []
        replies = self._living[place].ask_each(requests, self._seconds_for_request())
        try:
            while len(reports) < len(requests) and place in self._living:
                reply = self._on_child(place, lambda _child: next(replies))
                reports.append(self._expected(place, reply, CallReport))
                self._close_if_broken_off(place, reports[-1])
        except ChildFailure as failure:
            return Answers(tuple(reports), failure)
        finally:
            replies.close()
            if len(reports) < len(requests):
                self._close_child(place)
        return Answers(tuple(reports))

    def plain_run(self) -> RunReport:
        """The run that is shown to people: the first one in an unaltered world."""
        for world, outcome in self._asked:
            if world.mark == 1.0 and not world.replaced and world.assertions and isinstance(outcome, RunReport):
                return outcome
        raise ChildFailure("No unaltered run ended with a report.")

    def close(self) -> None:
        """End every living child."""
        for place in list(self._living):
            self._close_child(place)

    # ------------------------------------------------------------------------------------------- children

    def _close_child(self, place: _Place) -> None:
        self._running.discard(place)
        if (child := self._living.pop(place, None)) is not None:
            child.close()

    def _close_if_broken_off(self, place: _Place, reply: CallReport) -> None:
        """After a call that was broken off inside the student's code, what it left behind is not to be built on."""
        if reply.problem and reply.problem.types[:1] == ("SubmissionTimeout",):
            self._close_child(place)

    def _known(self, place: _Place) -> RunReport:
        known = self._runs[place]
        if isinstance(known, ChildFailure):
            raise known
        return known

    def _ready(self, world: World, apart: str) -> _Place:
        """The place of a living child that has run the submission in `world`."""
        place = _Place(repr(world), apart)
        if isinstance(self._runs.get(place), ChildFailure):
            self._known(place)
        if place not in self._living or place in self._running:
            self._open(world, place)
        self._living[place] = self._living.pop(place)
        return place

    def _open(self, world: World, place: _Place) -> None:
        try:
            if place not in self._living:
                self._living[place] = self._new_child()
                self._begin(place, RunSubmission(self.source, self.kind, world))
                self._start_anticipated()
            self._running.discard(place)
            report = self._finish(place, RunReport)
            self._keep(world, place, report)
            if any(cell.status == "timed_out" for cell in report.cells):
                self._give_up_anticipated()
        except ChildFailure as failure:
            self._keep(world, place, failure)
            self._give_up_anticipated()
            raise

    def _new_child(self) -> Child:
        """A child in a slot that is free now; where none is, only after the other children have gone."""
        while len(self._living) >= CHILDREN_PER_GRADING:
            self._close_child(next(iter(self._living)))
        if self._living:
            with contextlib.suppress(SandboxError):
                return self._sandbox.open(self._limits, queue_seconds=NEXT_SLOT_SECONDS)
            self.close()
        return self._guarded(lambda: self._sandbox.open(self._limits), counts=False)

    def _start_anticipated(self) -> None:
        """Begin the announced runs in slots that are free now; the others run when they are asked for."""
        while self._anticipated:
            world, apart = self._anticipated.pop(0)
            place = _Place(repr(world), apart)
            if place not in self._runs and place not in self._living and len(self._living) < CHILDREN_PER_GRADING:
                with contextlib.suppress(SandboxError, ChildFailure):
                    child = self._sandbox.open(self._limits, queue_seconds=FREE_SLOT_SECONDS)
                    child.begin(RunSubmission(self.source, self.kind, world), self._seconds_for_request())
                    self._living[place] = child
                    self._running.add(place)

    def _give_up_anticipated(self) -> None:
        """A submission that does not end here does not end there either; its place is of more use to others."""
        self._anticipated.clear()
        for place in list(self._running):
            self._close_child(place)

    def _keep(self, world: World, place: _Place, outcome: RunReport | ChildFailure) -> None:
        if place not in self._runs:
            self._runs[place] = outcome
            self._asked.append((world, outcome))

    # ------------------------------------------------------------------------------------------- questions

    def _exchange(self, place: _Place, request: Request, expected: type[ReplyT]) -> ReplyT:
        self._begin(place, request)
        return self._finish(place, expected)

    def _begin(self, place: _Place, request: Request) -> None:
        seconds = self._seconds_for_request()
        self._on_child(place, lambda child: child.begin(request, seconds))

    def _finish(self, place: _Place, expected: type[ReplyT]) -> ReplyT:
        return self._expected(place, self._on_child(place, lambda child: child.finish()), expected)

    def _expected(self, place: _Place, reply: Reply, expected: type[ReplyT]) -> ReplyT:
        if not isinstance(reply, expected):
            self._close_child(place)
            raise ChildLied(f"{type(reply).__name__} came where {expected.__name__} was due.")
        return reply

    def _on_child(self, place: _Place, action: Callable[[Child], AnswerT]) -> AnswerT:
        """Do something with the living child of this place; where that fails, or is cut short, there is none after."""
        child = self._living.get(place)
        if child is None:
            raise SandboxError("There is no child to ask.")
        try:
            return self._guarded(lambda: action(child))
        except BaseException:
            self._close_child(place)
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
