"""`submissions bench`: the service's speed on this machine, each figure beside its goal or its alternative."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext

import click

from grader.bench.measures import Measure
from grader.cli.bench import as_record, show
from grader.cli.terminal import err, json_line, one_line, out
from grader.cli.texts import Texts
from grader.cli.usage import LocalCommand, UsageFault, locale_option
from submissions.bench.board import Board
from submissions.bench.load import accept, burst, flood
from submissions.bench.pages import live, rows
from submissions.bench.running import RunningService, ended_in_order
from submissions.bench.verdicts import verdict
from submissions.texts import text

# In this order: the rows come last, because they stay.
PARTS: Mapping[str, Callable[[RunningService, Board], None]] = {
    "verdict": verdict,
    "flood": flood,
    "accept": accept,
    "burst": burst,
    "live": live,
    "rows": rows,
}


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "bench",
        texts,
        callback=run,
        help=text("bench.help", texts.locale, parts=" ".join(PARTS)),
        params=[
            click.Argument(["parts"], nargs=-1, metavar="[PART ...]", callback=_known),
            click.Option(["--json", "as_json"], is_flag=True, help=texts("help-option-json")),
            locale_option(texts),
        ],
    )


def _known(_ctx: click.Context, _param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    for part in value:
        if part not in PARTS:
            raise UsageFault("not-a-choice", name="PART", known=", ".join(PARTS), value=one_line(part))
    return tuple(value)


def run(parts: tuple[str, ...], as_json: bool, locale: str) -> int:
    """Measure and print; a goal that is missed is shown, and is no failure of the command."""
    texts, console = Texts(locale), err()
    starting = text("bench.step_start", locale)
    with console.status(starting) if console.is_terminal else nullcontext() as status:
        board = Board(lambda step: status.update(one_line(step[locale])) if status else None)
        measures = measure(parts or tuple(PARTS), board)
    if as_json:
        click.echo(json_line(as_record(measures), indent=2))
    else:
        show(out(), measures, texts)
    return 0


def measure(parts: Sequence[str], board: Board) -> list[Measure]:
    """Run these parts on a service of their own; call it from the main thread."""
    with ended_in_order(), RunningService() as running:
        for name, part in PARTS.items():
            if name in parts:
                part(running, board)
    return board.measures
