"""`grader check-packs [PACK ...]`: holds packs against their own samples and, with --mutants, against mistakes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.cli.check_packs_view import show
from grader.cli.service import pack_or_usage_fault, started
from grader.cli.terminal import err, json_line, out
from grader.cli.texts import Texts
from grader.cli.usage import LocalCommand, UsageFault, locale_option, number_option
from grader.errors import PackError
from grader.limits import CHILDREN_PER_GRADING
from grader.packs import pack_ids
from grader.settings import Settings, read_settings

if TYPE_CHECKING:
    from grader.packcheck.check import Examination
    from grader.packcheck.summary import PackResult

SCHEMA = 1
MAX_JOBS = 16
IN_ORDER, NOT_IN_ORDER = 0, 3


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "check-packs",
        texts,
        callback=click.pass_context(run),
        help=texts("help-check-packs"),
        epilog=texts("help-check-packs-exit"),
        params=[
            click.Argument(["packs"], metavar="[PACK ...]", nargs=-1, required=False),
            click.Option(["--mutants"], is_flag=True, help=texts("help-option-mutants")),
            click.Option(["--all-seeds"], is_flag=True, help=texts("help-option-all-seeds")),
            number_option(["-j", "--jobs"], texts("help-option-jobs"), 1, MAX_JOBS),
            locale_option(texts),
            click.Option(["--json", "as_json"], is_flag=True, help=texts("help-option-json")),
        ],
    )


def run(ctx: click.Context, packs: Sequence[str], jobs: int | None, locale: str, as_json: bool, **depth: bool) -> int:
    """Examine the packs, all of them where none is named; 0 when all is in order, 3 otherwise."""
    texts = Texts(locale)
    settings = read_settings()
    examined = examinations(packs or _all_packs(settings), settings, texts, **depth)
    results = examine(ctx, examined, settings, jobs, texts)
    in_order = not any(result.complaints for result in results)
    if as_json:
        record = {"schema": SCHEMA, "in_order": in_order, "packs": [result.to_json(locale) for result in results]}
        click.echo(json_line(record, indent=2))
    else:
        show(out(), results, texts)
    return IN_ORDER if in_order else NOT_IN_ORDER


def _all_packs(settings: Settings) -> list[str]:
    names = pack_ids(settings.exercises)
    if not names:
        raise UsageFault("no-packs")
    return names


def examinations(
    names: Sequence[str], settings: Settings, texts: Texts, *, mutants: bool, all_seeds: bool
) -> list[Examination | PackResult]:
    """What there is to do for each pack; the result itself where a pack can't even be read."""
    from grader.packcheck.check import Examination
    from grader.packcheck.summary import PackResult

    found: list[Examination | PackResult] = []
    for name in dict.fromkeys(names):
        try:
            pack = pack_or_usage_fault(name, settings, texts)
            examination = Examination(pack, with_mutants=mutants, every_seed=all_seeds)
        except PackError as error:
            found.append(PackResult.broken(name, error))
        else:
            found.append(examination if examination.steps else examination.without_grading())
    return found


def examine(
    ctx: click.Context, examined: Sequence[Examination | PackResult], settings: Settings, jobs: int | None, texts: Texts
) -> list[PackResult]:
    """The result of every pack, one after another, with a bar where somebody looks on."""
    from grader.packcheck.schedule import UNDER_WAY_PER_JOB
    from grader.packcheck.summary import PackResult

    steps = sum(0 if isinstance(entry, PackResult) else entry.steps for entry in examined)
    jobs = jobs or min(MAX_JOBS, max(2, len(os.sched_getaffinity(0))))
    slots = max(settings.slots, jobs * (UNDER_WAY_PER_JOB + CHILDREN_PER_GRADING - 1))
    # Where nothing can be graded, nothing is started.
    grader = started(ctx, replace(settings, slots=slots), texts) if steps else None
    results: list[PackResult] = []
    with _bar() as bar:
        task = bar.add_task("", total=steps)
        for entry in examined:
            if isinstance(entry, PackResult):
                results.append(entry)
            elif grader is not None:
                bar.update(task, description=entry.pack.id)
                results.append(entry.run(grader, jobs, lambda: bar.advance(task)))
    return results


def _bar() -> Progress:
    console = err()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
