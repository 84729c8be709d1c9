"""`grader doctor`: each point of the examination with PASS, CAUTION or FAIL, the reason and the repair."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader import doctor
from grader.cli.service import MakeGrader, make_grader
from grader.cli.terminal import err, one_line, out, plain
from grader.cli.texts import Texts
from grader.cli.usage import LocalCommand, locale_option
from grader.doctor import CAUTION, FAIL, PASS, Finding

STYLES = {PASS: "bold green", CAUTION: "bold yellow", FAIL: "bold red"}
LEVEL_WIDTH = 7
UNFIT = 4


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "doctor", texts, callback=click.pass_context(run), help=texts("help-doctor"), params=[locale_option(texts)]
    )


def run(ctx: click.Context, locale: str) -> int:
    """Examine and print; 0 when nothing fails."""
    texts, waiting = Texts(locale), err()
    make: MakeGrader = ctx.obj or make_grader
    with waiting.status(texts("doctor-examining")) if waiting.is_terminal else nullcontext():
        findings = list(doctor.examine(make))
    return show(out(), findings, texts)


def show(console: Console, findings: Iterable[Finding], texts: Texts) -> int:
    """Print the findings and what they come to; the exit status."""
    counts = {PASS: 0, CAUTION: 0, FAIL: 0}
    table = Table.grid(padding=(0, 2))
    table.add_column(width=LEVEL_WIDTH, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for finding in findings:
        counts[finding.level] += 1
        table.add_row(Text(finding.level, STYLES[finding.level]), _words(finding, texts))
    console.print(table)
    console.print()
    if counts[FAIL]:
        console.print(Text(texts("doctor-unfit", count=counts[FAIL]), STYLES[FAIL]))
    elif counts[CAUTION]:
        console.print(Text(texts("doctor-fit-with-cautions", count=counts[CAUTION]), STYLES[CAUTION]))
    else:
        console.print(Text(texts("doctor-fit"), STYLES[PASS]))
    return UNFIT if counts[FAIL] else 0


def _words(finding: Finding, texts: Texts) -> Group:
    locale = texts.locale
    lines: list[RenderableType] = [
        Text(one_line(finding.name[locale]), "bold"),
        Text(plain(finding.reason[locale]), overflow="fold"),
    ]
    if finding.repair[locale] and finding.level != PASS:
        repair = Text(texts("doctor-repair", text=plain(finding.repair[locale])), "italic", overflow="fold")
        lines.append(Padding(repair, (0, 0, 0, 2)))
    return Group(*lines)
