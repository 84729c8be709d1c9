"""What `student` stands on: one submission, run in as many worlds as the checks ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.errors import ChildFailure
from grader.wire.messages import Call, CallReport, Read, ReadReport, RunReport, World


@dataclass(frozen=True)
class Answers:
    """The answers to the first of some calls; `failure` is why there are no more, None where nothing failed."""

    reports: tuple[CallReport, ...]
    failure: ChildFailure | None = None


class Worlds(Protocol):
    """Runs of one submission, each in a child of its own. The runner implements it; tests have a small one.

    written: what the student wrote beside his file, by the name of the check it is for.
    """

    source: str
    kind: str
    written: Mapping[str, str]

    def run(self, world: World) -> RunReport:
        """The run of the whole submission in this world, made once. Raises ChildFailure."""

    def anticipate(self, world: World, apart: str = "") -> None:
        """A hint that `world` will be run; it may be ignored."""

    def ask(self, world: World, request: Call | Read, apart: str = "") -> CallReport | ReadReport:
        """A question to a child that has run the submission in this world; to one of its own for each `apart`. Raises
        ChildFailure.
        """

    def ask_all(self, world: World, requests: Sequence[Call], apart: str = "") -> Answers:
        """Some questions in turn to such a child; fewer answers where one ran out of time or ended it."""
