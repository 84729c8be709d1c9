"""The engine without a service around it: what `grader bench` calls its rate, over the same submissions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from grader.bench.rate import rate
from grader.settings import read_settings
from grader.submission import Submission
from submissions.bench.people import Exercise


def engine_rate(exercises: Sequence[Exercise], workers: int, count: int) -> float:
    """Verdicts a second, `workers` at once, of the exercises' solutions in turn."""
    jobs = [(exercise.pack, Submission(exercise.solution, "py", "solution.py")) for exercise in exercises]
    return rate(read_settings(), list(itertools.islice(itertools.cycle(jobs), count)), workers)
