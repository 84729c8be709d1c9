"""A command that has commands of its own."""

from __future__ import annotations

import click

from grader.cli.usage import LocalGroup, locale_option, show_help
from submissions.cli.texts import ServiceTexts

USAGE = 2


class SubGroup(LocalGroup):
    """Shows its page when called without a command."""

    def __init__(self, name: str, texts: ServiceTexts, help: str) -> None:  # noqa: A002 - click's name for it
        super().__init__(name, texts, params=[locale_option(texts)], help=help, callback=click.pass_context(_show))


def _show(ctx: click.Context, locale: str) -> None:  # noqa: ARG001 - read ahead of the parser
    if ctx.invoked_subcommand is None:
        assert isinstance(ctx.command, LocalGroup)
        show_help(ctx, ctx.command.texts)
        ctx.exit(USAGE)
