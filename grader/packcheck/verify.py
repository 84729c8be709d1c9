"""Holds a pack against its own samples: right answers get full marks, wrong ones fail exactly as declared.

The starter must fail kindly: graded, below full marks, nothing crashed or broken, every failure with a sentence in
both languages. An empty file must pass no check. A file that always answers the same must always read the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.errors import SubmissionRejected
from grader.packcheck import probes
from grader.packcheck.complaints import Complaint
from grader.packcheck.expectations import Sample, right_samples, wrong_samples
from grader.packcheck.judging import judged
from grader.packcheck.leaks import HiddenText, leaks_of, varying_feedback
from grader.packcheck.schedule import Grader, Schedule
from grader.packs import Pack
from grader.report import Report
from grader.runner.engine import rejected
from grader.submission import Submission, submission_from_file

SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Outcome:
    """One sample graded with one seed. `complaints` is empty when it got what it must get."""

    sample: Sample
    kind: str
    seed: int
    report: Report
    complaints: tuple[Complaint, ...]
    seconds: float = 0.0


@dataclass(frozen=True)
class _Task:
    kind: str
    sample: Sample
    seed: int
    submission: Submission | None = None


OnOutcome = Callable[[Outcome], None]


def tasks_of(pack: Pack, seeds: Sequence[int]) -> list[_Task]:
    """What `verify` grades with the first of `seeds`. Raises PackError when a wrong answer has no declaration."""
    first = seeds[0]
    tasks = [_Task("right", sample, first) for sample in right_samples(pack.path)]
    tasks += [_Task("wrong", sample, first) for sample in wrong_samples(pack.path)]
    tasks.append(_Task("starter", Sample(pack.path / "starter.py", {}), first))
    return tasks + [
        _Task(kind, Sample(pack.path / "probes" / f"{kind}.py", {}), first, submission)
        for kind, submission in probes.submissions(pack)
    ]


def verify(
    engine: Grader,
    pack: Pack,
    seeds: Sequence[int] = SEEDS,
    jobs: int = 2,
    on_outcome: OnOutcome | None = None,
) -> list[Outcome]:
    """Grade every sample of `pack` under every seed. Raises PackError when a sample has no declaration.

    A pack whose solution can't be graded at all is told so once, not for each sample.
    """
    hidden = HiddenText.of(pack)
    first, *others = tasks_of(pack, seeds)
    outcome = _outcome(first, _grade(engine, pack, first), 0.0, hidden)
    outcomes = [outcome]
    if on_outcome is not None:
        on_outcome(outcome)
    if outcome.report.status != "graded":
        return outcomes
    schedule = Schedule[_Task, Report](lambda task: _grade(engine, pack, task), jobs)
    schedule.add(others)
    schedule.add(_again(first, seeds), rank=1.0)
    for task, report, seconds in schedule.results():
        outcomes.append(_outcome(task, report, seconds, hidden))
        if on_outcome is not None:
            on_outcome(outcomes[-1])
        if task.seed == seeds[0]:
            # What took long once will again: it goes before everything that is quick.
            schedule.add(_again(task, seeds), rank=-seconds if seconds > 1 else 1.0)
    return [*_in_order(outcomes)]


def gradings_of(pack: Pack, seeds: Sequence[int] = SEEDS) -> int:
    """How many gradings `verify` makes."""
    return len(tasks_of(pack, seeds)) * len(seeds)


def complaints_of(outcomes: Sequence[Outcome]) -> list[Complaint]:
    """Everything that was not as it must be, also what only shows when seeds are compared."""
    mute = [outcome.report for outcome in outcomes if outcome.kind == "mute"]
    return [entry for outcome in outcomes for entry in outcome.complaints] + list(varying_feedback(mute))


def _again(task: _Task, seeds: Sequence[int]) -> Iterator[_Task]:
    yield from (_Task(task.kind, task.sample, seed, task.submission) for seed in seeds[1:])


def _in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: (outcome.kind, outcome.sample.name, outcome.seed))


def _grade(engine: Grader, pack: Pack, task: _Task) -> Report:
    try:
        return engine.grade(pack, task.submission or submission_from_file(task.sample.path), task.seed)
    except SubmissionRejected as error:
        return rejected(pack, error, task.seed)


def _outcome(task: _Task, report: Report, seconds: float, hidden: HiddenText) -> Outcome:
    complaints = (*judged(task.kind, report, task.sample), *leaks_of(report, task.sample.name, hidden))
    return Outcome(task.sample, task.kind, task.seed, report, complaints, seconds)
