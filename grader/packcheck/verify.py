"""Holds a pack against its own samples: right answers get full marks, wrong ones fail exactly as declared.

The starter must fail kindly: graded, below full marks, nothing crashed or broken, every failure with a sentence in
both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.errors import SubmissionRejected
from grader.packcheck.expectations import Sample, right_samples, wrong_samples
from grader.packs import Pack
from grader.report import Report
from grader.runner.engine import Engine, rejected
from grader.submission import submission_from_file

SEEDS = (1, 2, 3)
QUIET_VERDICTS = ("passed", "skipped")


@dataclass(frozen=True)
class Outcome:
    """One sample graded with one seed. `complaints` is empty when it got what it must get."""

    sample: Sample
    kind: str
    seed: int
    report: Report
    complaints: tuple[str, ...]


def verify(
    engine: Engine,
    pack: Pack,
    seeds: Sequence[int] = SEEDS,
    jobs: int = 2,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Grade every sample of `pack` under every seed. Raises PackError when a sample has no declaration."""
    tasks = [(kind, sample, seed) for kind, sample in _samples(pack) for seed in seeds]
    outcomes = []
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(lambda task: _grade(engine, pack, *task), tasks):
            outcomes.append(outcome)
            if on_outcome is not None:
                on_outcome(outcome)
    return outcomes


def _samples(pack: Pack) -> Iterator[tuple[str, Sample]]:
    yield from (("right", sample) for sample in right_samples(pack.path))
    yield "starter", Sample(pack.path / "starter.py", {})
    yield from (("wrong", sample) for sample in wrong_samples(pack.path))


def _grade(engine: Engine, pack: Pack, kind: str, sample: Sample, seed: int) -> Outcome:
    try:
        report = engine.grade(pack, submission_from_file(sample.path), seed)
    except SubmissionRejected as error:
        report = rejected(pack, error, seed)
    complaints = {"right": _of_right, "wrong": _of_wrong, "starter": _of_starter}[kind]
    return Outcome(sample, kind, seed, report, (*complaints(report, sample), *_of_feedback(report)))


def _of_right(report: Report, _sample: Sample) -> Iterable[str]:
    if report.status != "graded":
        yield f"status {report.status}: {report.fault}"
    for check in report.checks:
        if check.verdict != "passed":
            yield f"{check.name} is {check.verdict} ({check.diagnosis}) {dict(check.detail) or ''}".rstrip()


def _of_wrong(report: Report, sample: Sample) -> Iterable[str]:
    if report.status != "graded":
        yield f"status {report.status}: {report.fault}"
        return
    got = {check.name: check.diagnosis for check in report.checks if check.verdict not in QUIET_VERDICTS}
    for name in sorted(set(got) | set(sample.failures)):
        if name not in got:
            yield f"{name} passed or was skipped, declared {sample.failures[name]}"
        elif name not in sample.failures:
            yield f"{name} failed with {got[name]}, not declared"
        elif got[name] != sample.failures[name]:
            yield f"{name} failed with {got[name]}, declared {sample.failures[name]}"
    if sample.score is not None and report.score != sample.score:
        yield f"score {report.score:g}, declared {sample.score:g}"


def _of_starter(report: Report, _sample: Sample) -> Iterable[str]:
    if report.status != "graded":
        yield f"status {report.status}: {report.fault}"
    elif report.score == report.max_score:
        yield "the starter already gets full marks"
    for check in report.checks:
        if check.verdict not in ("passed", "failed", "skipped"):
            yield f"{check.name} is {check.verdict}"


def _of_feedback(report: Report) -> Iterable[str]:
    for check in report.checks:
        if check.verdict == "passed":
            continue
        for locale in ("en", "zh"):
            if not check.feedback[locale].strip():
                yield f"{check.name} says nothing in {locale}"
