"""The command line's grammar in two languages: help pages and the errors of whoever typed something else.

click parses; its own sentences are in English only, so every one that can be met here is said from the catalogue.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli.terminal import one_line, out
from grader.cli.texts import LOCALES, Texts


class UsageFault(click.UsageError):
    """Wrong usage, as an entry of the catalogue with its blanks."""

    def __init__(self, key: str, **blanks: str | float) -> None:
        super().__init__(key, click.get_current_context(silent=True))
        self.key, self.blanks = key, blanks


def number_option(names: Sequence[str], text: str, low: int, high: int) -> click.Option:
    """An option that takes a whole number from `low` to `high`."""

    def check(_ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and low <= int(value) <= high):
            raise UsageFault("not-a-number", name=param.opts[-1], low=low, high=high, value=one_line(value))
        return int(value)

    return click.Option(list(names), metavar="N", callback=check, help=text)


def locale_option(texts: Texts) -> click.Option:
    """--locale; without it the language of the environment."""

    def check(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
        if value not in LOCALES:
            raise UsageFault("not-a-choice", name="--locale", known=texts.listed(LOCALES), value=one_line(value))
        return value

    text = texts("help-option-locale")
    return click.Option(["--locale"], metavar="|".join(LOCALES), default=texts.locale, callback=check, help=text)


class LocalCommand(click.Command):
    """A command whose help page and errors are in the language of `texts`."""

    def __init__(self, name: str, texts: Texts, *, params: Sequence[click.Parameter], **settings: Any) -> None:
        # Extra arguments are let through by click, so that the sentence about them can be ours.
        settings["context_settings"] = {"allow_extra_args": True}
        super().__init__(name, params=[*params, _help_option(texts)], add_help_option=False, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, but refuses what is left over in our words."""
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            raise UsageFault("extra-arguments", name=one_line(ctx.args[0]))
        return rest


class LocalGroup(click.Group):
    """The group of commands, with a help page and errors in the language of `texts`."""

    def __init__(self, name: str, texts: Texts, *, params: Sequence[click.Parameter], **settings: Any) -> None:
        super().__init__(
            name,
            params=[*params, _help_option(texts)],
            add_help_option=False,
            no_args_is_help=False,
            invoke_without_command=True,
            **settings,
        )
        self.texts = texts

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but with the nearest command in the error."""
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.commands, n=1)
            if near:
                raise UsageFault("no-such-command-near", name=one_line(name), near=near[0])
            raise UsageFault("no-such-command", name=one_line(name), known=self.texts.listed(list(self.commands)))
        return super().resolve_command(ctx, args)


def _help_option(texts: Texts) -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        if value:
            show_help(ctx, texts)
            ctx.exit()

    names = ["-h", "--help"]
    help_text = texts("help-option-help")
    return click.Option(names, is_flag=True, is_eager=True, expose_value=False, callback=show, help=help_text)


def show_help(ctx: click.Context, texts: Texts) -> None:
    """Print the page of the context's command: usage, what it does, its commands and options."""
    command, console = ctx.command, out()
    group = command if isinstance(command, click.Group) else None
    lines = [_usage(inner, ctx) for inner in group.commands.values()] if group else [_usage(command, ctx.parent)]
    usage = texts("help-usage")
    console.print(
        Text("\n").join(Text((usage if at == 0 else " " * cell_len(usage)) + line) for at, line in enumerate(lines))
    )
    console.print()
    console.print(command.help)
    if group:
        _print_rows(
            console, texts("help-commands"), [(name, inner.help or "") for name, inner in group.commands.items()]
        )
    records = [param.get_help_record(ctx) for param in command.params if isinstance(param, click.Option)]
    _print_rows(console, texts("help-options"), [record for record in records if record])
    if command.epilog:
        console.print()
        console.print(command.epilog)


def _usage(command: click.Command, parent: click.Context | None) -> str:
    ctx = click.Context(command, info_name=command.name, parent=parent)
    arguments = [param.make_metavar(ctx) for param in command.params if isinstance(param, click.Argument)]
    options = [_in_brackets(param, ctx) for param in command.params if isinstance(param, click.Option)]
    return " ".join([ctx.command_path, *arguments, *filter(None, options)])


def _in_brackets(param: click.Option, ctx: click.Context) -> str:
    flag = param.opts[0]
    if flag == "-h":
        return ""
    return f"[{flag}]" if param.is_flag else f"[{flag} {param.make_metavar(ctx)}]"


def _print_rows(console: Console, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in rows:
        grid.add_row(f"  {name}", text)
    console.print()
    console.print(Text(heading, "bold"))
    console.print(grid)


def explain(error: click.UsageError, texts: Texts) -> str:
    """What was wrong with the command line, as a sentence."""
    if isinstance(error, UsageFault):
        return texts(error.key, **error.blanks)
    if isinstance(error, click.NoSuchOption):
        name = one_line(error.option_name)
        near = error.possibilities or []
        return texts("no-such-option-near", name=name, near=near[0]) if near else texts("no-such-option", name=name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return texts("missing-argument", name=error.param.human_readable_name.upper())
    if isinstance(error, click.BadOptionUsage):
        takes_none = "does not take a value" in error.message
        key = "option-takes-no-value" if takes_none else "option-needs-value"
        return texts(key, name=one_line(error.option_name))
    return texts("wrong-usage", reason=one_line(error.format_message()))
