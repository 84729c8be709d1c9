"""How many verdicts a second an engine gives, several at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from grader.errors import SandboxError
from grader.packs import Pack
from grader.report import Report
from grader.runner.engine import Engine
from grader.settings import Settings
from grader.submission import Submission

SEED = 7
Job = tuple[Pack, Submission]


def full_marks(report: Report) -> None:
    """Raise SandboxError unless the submission has all points: what is measured has to be right."""
    if report.status != "graded" or report.score != report.max_score:
        lost = [check.name for check in report.checks if check.verdict != "passed"]
        raise SandboxError(f"The reference solution of {report.pack} lost points in {lost} {report.fault}")


def rate_of(engine: Engine, jobs: Sequence[Job], workers: int) -> float:
    """Verdicts a second of a running engine. Raises SandboxError if a submission loses points."""
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        for report in pool.map(lambda job: engine.grade(job[0], job[1], SEED), jobs):
            full_marks(report)
    return len(jobs) / (time.monotonic() - began)


def rate(settings: Settings, jobs: Sequence[Job], workers: int) -> float:
    """As `rate_of`, with an engine of its own that has seen each pack before the clock starts."""
    with Engine(settings) as engine:
        seen: set[str] = set()
        for pack, submission in jobs:
            if pack.id not in seen:
                seen.add(pack.id)
                full_marks(engine.grade(pack, submission, SEED))
        return rate_of(engine, jobs, workers)
