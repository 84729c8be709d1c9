"""`grader bench`: what the engine's speed and memory are here, each beside its goal and its alternative."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli.terminal import err, is_unicode, json_line, one_line, out
from grader.cli.texts import Texts
from grader.cli.usage import LocalCommand, locale_option
from grader.settings import Settings, read_settings

if TYPE_CHECKING:
    from grader.bench.measures import Measure

SCHEMA = 1
# Narrower terminals leave out the spread, which --json has all the same.
WIDE = 96


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "bench",
        texts,
        callback=run,
        help=texts("help-bench"),
        params=[
            click.Option(["--json", "as_json"], is_flag=True, help=texts("help-option-json")),
            locale_option(texts),
        ],
    )


def run(as_json: bool, locale: str) -> int:
    """Measure and print; a goal that is missed is shown, and is no failure of the command."""
    texts = Texts(locale)
    console = err()
    with console.status(texts("bench-measuring", step="")) if console.is_terminal else nullcontext() as status:
        report = (
            (lambda step: status.update(texts("bench-measuring", step=one_line(step[locale])))) if status else _ignore
        )
        measures = measure(read_settings(), report)
    if as_json:
        click.echo(json_line(as_record(measures), indent=2))
    else:
        show(out(), measures, texts)
    return 0


def _ignore(_step: Mapping[str, str]) -> None:
    """Where nobody looks on, nothing is told of the progress."""


def measure(settings: Settings, progress: Callable[[Mapping[str, str]], None]) -> Sequence[Measure]:
    """Run the whole bench; about four minutes."""
    from grader.bench.measures import Bench

    return Bench(settings, progress=progress).run()


def as_record(measures: Sequence[Measure]) -> dict[str, Any]:
    """The figures with the machine they are of, as plain JSON values."""
    machine = {"system": platform.platform(), "python": platform.python_version(), "processors": _processors()}
    return {
        "schema": SCHEMA,
        "machine": machine,
        "measures": [{**asdict(measure), "met": measure.met} for measure in measures],
    }


def _processors() -> int:
    return len(os.sched_getaffinity(0))


def show(console: Console, measures: Sequence[Measure], texts: Texts) -> None:
    """Print the figures; ratios to the alternatives come first, because they hold on other machines too."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(texts("bench-what"), ratio=1, overflow="fold")
    table.add_column(texts("bench-median"), justify="right", no_wrap=True)
    table.add_column(texts("bench-goal"), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    spreads = console.width >= WIDE
    if spreads:
        table.add_column(texts("bench-spread"), justify="right", style="dim", no_wrap=True)
    for figure in sorted(measures, key=lambda figure: figure.unit != "x"):
        row = [
            Text(one_line(figure.name[texts.locale])),
            Text(f"{_number(figure.value)} {figure.unit}".rstrip(), "bold"),
            Text(figure.goal or ""),
            _mark(figure.met, unicode=is_unicode(console)),
        ]
        table.add_row(*row, *([_spread(figure)] if spreads else []))
    console.print(table)
    console.print()
    machine = texts("bench-machine", system=platform.platform(), processors=_processors())
    console.print(Text(machine, "dim"))
    goals = [figure.met for figure in measures if figure.met is not None]
    console.print(texts("bench-goals", met=sum(goals), all=len(goals)), style="bold")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _spread(figure: Measure) -> Text:
    if figure.spread is None:
        return Text()
    least, most = map(_number, figure.spread)
    return Text(f"{least} - {most} ({figure.samples})")


def _mark(met: bool | None, *, unicode: bool) -> Text:
    if met is None:
        return Text()
    return Text(("✓" if unicode else "ok") if met else ("✗" if unicode else "no"), "bold green" if met else "bold red")
