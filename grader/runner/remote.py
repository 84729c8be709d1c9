"""An engine in another process: `grader serve`, reached over its unix socket. Imports neither torch nor pytest."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.errors import SandboxError
from grader.report import CheckResult, Report, check_from_record
from grader.runner.conversation import (
    ANSWER_BYTES,
    SILENT_SECONDS,
    ConversationBroken,
    Lines,
    say,
    understood,
)
from grader.submission import Submission

CONNECT_SECONDS = 5.0
# Longer than the longest grading with its repetitions can be; see grader.runner.engine and the limits of a child.
GRADING_SECONDS = 400.0
HEALTH_SECONDS = 15.0

OnResult = Callable[[CheckResult], None]


class RemoteEngine:
    """Grades by asking the server at `path`. Safe to use from any thread; nothing is open between two gradings."""

    def __init__(self, path: Path, silent_seconds: float = SILENT_SECONDS, seconds: float = GRADING_SECONDS) -> None:
        self.path = path
        self._silent_seconds = silent_seconds
        self._seconds = seconds

    def grade(self, pack_id: str, submission: Submission, seed: int, on_result: OnResult | None = None) -> Report:
        """Have `submission` graded with the pack of this id, as `Engine.grade` does.

        Raises SandboxError when the server is not there, ends, hangs, or says itself that it could not grade.
        """
        request = {"op": "grade", "pack": pack_id, **vars(submission), "written": dict(submission.written)}
        for answer in self._ask({**request, "seed": seed}, self._seconds):
            if "check" in answer:
                if on_result is not None:
                    on_result(check_from_record(answer["check"]))
            elif "report" in answer:
                return Report.from_record(answer["report"])
        raise SandboxError("The grading server ended the conversation without a report.")

    def health(self, seconds: float = HEALTH_SECONDS) -> Mapping[str, Any]:
        """What the server tells of itself once both of its fork-servers have answered. Raises SandboxError."""
        for answer in self._ask({"op": "health"}, seconds):
            if isinstance(answer.get("health"), dict):
                return dict(answer["health"])
        raise SandboxError("The grading server ended the conversation without an answer.")

    def _ask(self, request: Mapping[str, Any], seconds: float) -> Iterator[dict[str, Any]]:
        """Yield the answers. What goes wrong on the way, here or in reading an answer, is a SandboxError."""
        deadline = time.monotonic() + seconds
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(min(seconds, CONNECT_SECONDS))
                connection.connect(str(self.path))
                say(connection, request)
                yield from self._answers(Lines(connection, ANSWER_BYTES), deadline)
        except (OSError, ConversationBroken) as error:
            raise SandboxError(f"The grading server does not answer as it should: {error}") from error

    def _answers(self, lines: Lines, deadline: float) -> Iterator[dict[str, Any]]:
        while (line := lines.next(self._silent_seconds, deadline)) is not None:
            if not line:
                continue  # A sign of life.
            answer = understood(line)
            if "fault" in answer:
                raise SandboxError(str(answer["fault"]))
            yield answer
