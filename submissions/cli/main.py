"""The `submissions` command: what it offers, in which language, and which exit status stands for what.

Exit statuses: 0 done; 1 something outside stands in the way, told in a sentence; 2 wrong usage or an unusable setting;
4 a fault of ours.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from grader.cli.terminal import err, plain
from grader.cli.texts import locale_of_arguments, locale_of_environment
from grader.cli.usage import LocalGroup, explain, locale_option, show_help
from grader.errors import GraderError
from submissions.cli.lazy import LazyCommands
from submissions.cli.texts import ServiceTexts
from submissions.settings import ServiceSettingsError
from submissions.supervisor.obstacle import Obstacle
from submissions.supervisor.valkey import BrokerMissing

OBSTACLE, USAGE, OUR_FAULT = 1, 2, 4
INTERRUPTED, READER_GONE = 130, 141
MODULES = {
    "up": "submissions.cli.up",
    "demo": "submissions.cli.demo",
    "db": "submissions.cli.db",
    "user": "submissions.cli.user",
    "doctor": "submissions.cli.doctor",
    "bench": "submissions.bench.command",
}


class CommandLine(LocalGroup):
    """The group of all commands; turns every way to end into an exit status and a sentence."""

    texts: ServiceTexts

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:
        """Run the command line and exit."""
        sys.exit(self._status(list(sys.argv[1:] if args is None else args)))

    def _status(self, arguments: list[str]) -> int:
        try:
            status = super().main(arguments, prog_name="submissions", standalone_mode=False)
            sys.stdout.flush()
        except click.UsageError as error:
            err().print(explain(error, self.texts))
            path = error.ctx.command_path if error.ctx else "submissions"
            err().print(self.texts("usage-more", command=path))
            return USAGE
        except (click.Abort, KeyboardInterrupt):
            err().print(self.texts("stopped"))
            return INTERRUPTED
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return READER_GONE
        except GraderError as error:
            return self._say_fault(error)
        except Exception:  # noqa: BLE001 - told with its traceback, under the status of a fault of ours
            err().print(self.texts("cli.unexpected"))
            err().print(plain(traceback.format_exc()), style="dim")
            return OUR_FAULT
        return status if isinstance(status, int) else 0

    def _say_fault(self, error: GraderError) -> int:
        if isinstance(error, Obstacle):
            err().print(plain(self.texts(error.key, **error.blanks)), soft_wrap=True)
            return OBSTACLE
        if isinstance(error, BrokerMissing):
            err().print(plain(self.texts("supervisor.no_broker", reason=error)), soft_wrap=True)
            return OBSTACLE
        if isinstance(error, ServiceSettingsError):
            err().print(self.texts("settings-fault", reason=plain(str(error))), soft_wrap=True)
            return USAGE
        err().print(self.texts("cli.fault", reason=plain(str(error))), soft_wrap=True)
        return OBSTACLE


def command_line(locale: str) -> CommandLine:
    """The `submissions` command with its help and errors in this language."""
    texts = ServiceTexts(locale)
    group = CommandLine(
        "submissions",
        texts,
        callback=click.pass_context(_without_command),
        help=texts("cli.help_group"),
        params=[_version_option(texts), locale_option(texts)],
    )
    group.commands = LazyCommands(MODULES, texts)
    return group


def _without_command(ctx: click.Context, locale: str) -> None:  # noqa: ARG001 - read ahead of the parser
    if ctx.invoked_subcommand is None:
        assert isinstance(ctx.command, LocalGroup)
        show_help(ctx, ctx.command.texts)
        ctx.exit(USAGE)


def _version_option(texts: ServiceTexts) -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        if value:
            from importlib.metadata import version

            click.echo(f"submissions {version('autodiff-grader')}")
            ctx.exit()

    text = texts("help-option-version")
    return click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help=text)


def main() -> None:
    """Entry point of `submissions` and of `python -m submissions`."""
    line = command_line(locale_of_arguments(sys.argv[1:]) or locale_of_environment())
    line.main()
