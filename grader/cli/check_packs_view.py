"""Shows what came of checking packs: a confusion table, the mutants that survived, and what is to be put right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.cli.terminal import is_unicode, one_line
from grader.cli.texts import Texts

if TYPE_CHECKING:
    from grader.packcheck.complaints import Merged
    from grader.packcheck.mutants import Trial
    from grader.packcheck.summary import Confusion, Mutation, PackResult

NOTHING = "–"
COLUMNS = (
    "column-right", "column-wrong", "column-diagnosis", "column-false-fails", "column-false-passes", "column-mutants",
    "column-seconds",
)  # fmt: skip
# The complaint that the list of surviving mutants has told already.
LISTED_ABOVE = "mutant-survives"


def show(console: Console, results: Sequence[PackResult], texts: Texts) -> None:
    """Print the table, then for each pack what its table row does not tell."""
    console.print(_table(console, results, texts))
    for result in results:
        if result.mutation is not None:
            _show_survivors(console, result.pack, result.mutation, texts)
    for result in results:
        for entry in result.complaints:
            if entry.complaint.key != LISTED_ABOVE:
                console.print()
                console.print(_complaint(result.pack, entry, texts), soft_wrap=True)
    console.print()
    count = sum(len(result.complaints) for result in results)
    verdict = texts("packs-in-order") if not count else texts("packs-complaints", count=count)
    console.print(Text(verdict, "bold red" if count else "bold green"))


def _table(console: Console, results: Sequence[PackResult], texts: Texts) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column(texts("column-pack"), no_wrap=True)
    for key in COLUMNS:
        table.add_column(texts(key), justify="right", overflow="fold")
    for result in results:
        cells = _of_confusion(result.confusion) if result.confusion is not None else [NOTHING] * 5
        mark = _mark(not result.complaints, unicode=is_unicode(console))
        seconds = f"{result.seconds:.1f}"
        table.add_row(mark, Text(one_line(result.pack)), *cells, _of_mutation(result.mutation), seconds)
    return table


def _of_confusion(found: Confusion) -> list[str]:
    share = f"{100 * found.right_diagnosis / found.wrong:.0f} %" if found.wrong else NOTHING
    return [
        f"{found.full_marks}/{found.right}",
        f"{found.as_declared}/{found.wrong}",
        share,
        f"{found.false_fails}",
        f"{found.false_passes}",
    ]


def _of_mutation(found: Mutation | None) -> str:
    if found is None:
        return NOTHING
    return f"{found.killed}/{len(found.trials) - found.equivalent}"


def _mark(in_order: bool, *, unicode: bool) -> Text:
    if in_order:
        return Text("✓" if unicode else "ok", "bold green")
    return Text("✗" if unicode else "no", "bold red")


def _show_survivors(console: Console, pack: str, found: Mutation, texts: Texts) -> None:
    console.print()
    counts = {"all": len(found.trials), "killed": found.killed, "equivalent": found.equivalent}
    console.print(Text(texts("mutants-of", pack=pack, **counts), "bold"))
    reasons: dict[str, list[Trial]] = {}
    for trial in found.survivors:
        reasons.setdefault(trial.reason, []).append(trial)
    for reason, trials in reasons.items():
        for trial in trials:
            mutant = trial.mutant
            console.print(Text(f"  {mutant.line:>3} - {one_line(mutant.removed)}", "dim"), soft_wrap=True)
            console.print(Text(f"      + {one_line(mutant.added)}"), soft_wrap=True)
        said = one_line(reason) if reason else texts("mutant-unexplained")
        console.print(Padding(Text(said, "italic" if reason else "red"), (0, 0, 0, 6)))


def _complaint(pack: str, entry: Merged, texts: Texts) -> Text:
    told = entry.complaint
    place = told.file if told.file.startswith(f"{pack}/") else f"{pack}/{told.file}"
    seeds = texts("complaint-seeds", seeds=texts.listed([str(seed) for seed in entry.seeds])) if entry.seeds else ""
    return Text.assemble((one_line(place), "bold"), ("  " + seeds, "dim"), "\n  ", one_line(told.text(texts.locale)))
