"""Holds a pack against its own samples: right answers get full marks, wrong ones fail exactly as declared.

The starter must fail kindly: graded, below full marks, nothing crashed or broken, every failure with a sentence in
both languages. An empty file must pass no check. A file that always answers the same must always read the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

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
    """One grading to make; `more` are the seeds under which the same file is graded afterwards."""

    kind: str
    sample: Sample
    seed: int
    more: tuple[int, ...] = ()
    submission: Submission | None = None


OnOutcome = Callable[[Outcome], None]


def tasks_of(pack: Pack, seeds: Sequence[int], *, every_seed: bool) -> list[_Task]:
    """What `verify` grades first of each file. Raises PackError when a wrong answer has no declaration."""
    first, *more = seeds
    tasks = [_Task("right", sample, first, tuple(more)) for sample in right_samples(pack.path)]
    for place, sample in enumerate(wrong_samples(pack.path)):
        # One seed for each, but not the same for all: together they still meet every seed.
        turn = place % len(seeds)
        others = (*seeds[:turn], *seeds[turn + 1 :]) if every_seed else ()
        tasks.append(_Task("wrong", sample, seeds[turn], others))
    tasks.append(_Task("starter", Sample(pack.path / "starter.py", {}), first, tuple(more) if every_seed else ()))
    for kind, submission in probes.submissions(pack):
        sample = Sample(pack.path / "probes" / f"{kind}.py", {})
        tasks.append(_Task(kind, sample, first, tuple(more) if kind == "mute" or every_seed else (), submission))
    return tasks


def verify(
    engine: Grader,
    pack: Pack,
    seeds: Sequence[int] = SEEDS,
    jobs: int = 2,
    on_outcome: OnOutcome | None = None,
    *,
    every_seed: bool = False,
) -> list[Outcome]:
    """Grade every right answer of `pack` under every seed, and each wrong one under one, or all with `every_seed`.

    Raises PackError when a sample has no declaration. A pack whose solution can't be graded at all is told so once,
    not for each sample.
    """
    hidden = HiddenText.of(pack)
    first, *others = tasks_of(pack, seeds, every_seed=every_seed)
    outcomes = [_outcome(first, _grade(engine, pack, first), 0.0, hidden)]
    if on_outcome is not None:
        on_outcome(outcomes[0])
    if outcomes[0].report.status != "graded":
        return outcomes
    schedule = Schedule[_Task, Report](lambda task: _grade(engine, pack, task), jobs)
    schedule.add(others)
    schedule.add(_again(first), rank=1.0)
    for task, report, seconds in schedule.results():
        outcomes.append(_outcome(task, report, seconds, hidden))
        if on_outcome is not None:
            on_outcome(outcomes[-1])
        # What took long once will again: it goes before everything that is quick.
        schedule.add(_again(task), rank=-seconds if seconds > 1 else 1.0)
    return _in_order(outcomes)


def gradings_of(pack: Pack, seeds: Sequence[int] = SEEDS, *, every_seed: bool = False) -> int:
    """How many gradings `verify` makes."""
    return sum(1 + len(task.more) for task in tasks_of(pack, seeds, every_seed=every_seed))


def complaints_of(outcomes: Sequence[Outcome]) -> list[Complaint]:
    """Everything that was not as it must be, also what only shows when seeds are compared."""
    mute = [outcome.report for outcome in outcomes if outcome.kind == "mute"]
    return [entry for outcome in outcomes for entry in outcome.complaints] + list(varying_feedback(mute))


def _again(task: _Task) -> Iterator[_Task]:
    yield from (replace(task, seed=seed, more=()) for seed in task.more)


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
