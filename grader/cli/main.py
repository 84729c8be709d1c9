"""The `grader` command: what it offers, in which language, and which exit status stands for what.

Exit statuses: 0 graded, whatever the score; 1 submission rejected; 2 wrong usage; 3 broken pack; 4 our fault.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from grader.cli import batch, bench, check_packs, doctor, grade, new_pack, serve
from grader.cli.terminal import err, plain
from grader.cli.texts import Texts, locale_of_arguments, locale_of_environment
from grader.cli.usage import LocalGroup, explain, locale_option, show_help
from grader.errors import GraderError, PackError, SandboxError
from grader.settings import SettingsError

USAGE, BROKEN_PACK, OUR_FAULT = 2, 3, 4
# As shells tell a command that was ended by SIGINT, or by a reader that went away (SIGPIPE).
INTERRUPTED, READER_GONE = 130, 141


class CommandLine(LocalGroup):
    """The group of all commands; turns every way to end into an exit status and a sentence."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **extra: Any) -> Any:
        """Run the command line and exit."""
        arguments = list(sys.argv[1:] if args is None else args)
        sys.exit(self._status(arguments, extra))

    def _status(self, arguments: list[str], extra: dict[str, Any]) -> int:
        try:
            status = super().main(arguments, prog_name="grader", standalone_mode=False, obj=extra.get("obj"))
            sys.stdout.flush()
        except click.UsageError as error:
            return self._say_usage(error, arguments)
        except (click.Abort, KeyboardInterrupt):
            self._say("stopped")
            return INTERRUPTED
        except BrokenPipeError:
            # The interpreter flushes once more at its end, and must not meet the closed pipe again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return READER_GONE
        except SystemExit:
            # The one exit that click makes by itself in this mode: it met the closed pipe first.
            return READER_GONE
        except GraderError as error:
            return self._say_fault(error)
        except Exception:  # noqa: BLE001 - told with its traceback, under the status of a fault of ours
            self._say("unexpected-fault")
            err().print(plain(traceback.format_exc()), style="dim")
            return OUR_FAULT
        return status if isinstance(status, int) else 0

    def _say(self, key: str, **blanks: str) -> None:
        err().print(self.texts(key, **blanks))

    def _say_usage(self, error: click.UsageError, arguments: Sequence[str]) -> int:
        known = [argument for argument in arguments[:1] if argument in self.commands]
        path = error.ctx.command_path if error.ctx else " ".join(["grader", *known])
        err().print(explain(error, self.texts))
        self._say("usage-more", command=path)
        return USAGE

    def _say_fault(self, error: GraderError) -> int:
        reason = plain(str(error))
        if isinstance(error, SettingsError):
            self._say("settings-fault", reason=reason)
            return USAGE
        if isinstance(error, PackError):
            self._say("pack-fault", reason=reason)
            return BROKEN_PACK
        self._say("sandbox-fault", reason=reason)
        if isinstance(error, SandboxError):
            self._say("sandbox-fault-next")
        return OUR_FAULT


def command_line(locale: str) -> CommandLine:
    """The `grader` command with its help and errors in this language."""
    texts = Texts(locale)
    group = CommandLine(
        "grader",
        texts,
        callback=click.pass_context(_without_command),
        help=texts("help-group"),
        params=[_version_option(texts), locale_option(texts)],
    )
    for module in (grade, batch, check_packs, new_pack, doctor, bench, serve):
        group.add_command(module.command(texts))
    return group


def _without_command(ctx: click.Context, locale: str) -> None:  # noqa: ARG001 - read ahead of the parser
    if ctx.invoked_subcommand is None:
        assert isinstance(ctx.command, LocalGroup)
        show_help(ctx, ctx.command.texts)
        ctx.exit(USAGE)


def _version_option(texts: Texts) -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        if value:
            from grader.runner.engine import engine_version

            click.echo(f"grader {engine_version()}")
            ctx.exit()

    text = texts("help-option-version")
    return click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help=text)


def main() -> None:
    """Entry point of `grader` and of `python -m grader`."""
    line = command_line(locale_of_arguments(sys.argv[1:]) or locale_of_environment())
    try:
        line.main()
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            # Not waiting for the threads of gradings that nobody will see; their processes end with this one.
            sys.stdout.flush()
            os._exit(INTERRUPTED)
        raise
