"""`grader grade PACK FILE`: one submission, one report."""

from __future__ import annotations

import difflib
import os
import secrets
import sys
from pathlib import Path

import click

from grader.cli.report_view import show_report
from grader.cli.service import pack_or_usage_fault, started
from grader.cli.terminal import json_line, one_line, out
from grader.cli.texts import Texts
from grader.cli.usage import LocalCommand, UsageFault, locale_option, number_option
from grader.errors import SubmissionRejected
from grader.limits import SUBMISSION_BYTES
from grader.packs import Pack
from grader.report import Report
from grader.settings import read_settings
from grader.submission import Submission, submission_from_bytes, submission_from_file

MAX_SEED = 2**31 - 1
STANDARD_INPUT = "-"


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "grade",
        texts,
        callback=click.pass_context(run),
        help=texts("help-grade"),
        epilog=texts("help-grade-exit"),
        params=[
            click.Argument(["pack"], metavar="PACK"),
            click.Argument(["file"], metavar="FILE"),
            number_option(["--seed"], texts("help-option-seed"), 0, MAX_SEED),
            locale_option(texts),
            click.Option(["--json", "as_json"], is_flag=True, help=texts("help-option-json")),
        ],
    )


def run(ctx: click.Context, pack: str, file: str, seed: int | None, locale: str, as_json: bool) -> int:
    """Grade `file` and print the report; the exit status is the report's."""
    texts = Texts(locale)
    settings = read_settings()
    found = pack_or_usage_fault(pack, settings, texts)
    seed = secrets.randbelow(MAX_SEED) if seed is None else seed
    try:
        submission = read_submission(file, found)
    except SubmissionRejected as error:
        report = _rejected(found, error, seed)
    else:
        report = started(ctx, settings, texts).grade(found, submission, seed)
    if as_json:
        click.echo(json_line(report.to_json(locale), indent=2))
    else:
        show_report(out(), report, found, texts)
    return report.exit_status


def _rejected(pack: Pack, error: SubmissionRejected, seed: int) -> Report:
    from grader.runner.engine import rejected

    return rejected(pack, error, seed)


def read_submission(file: str, pack: Pack) -> Submission:
    """The submission in `file`, "-" being standard input. SubmissionRejected for its content, UsageFault otherwise."""
    if file == STANDARD_INPUT:
        return submission_from_bytes(sys.stdin.buffer.read(SUBMISSION_BYTES + 1), "stdin")
    path, name = Path(file), one_line(file)
    if path.is_dir():
        raise UsageFault("file-is-folder", name=name, pack=pack.id)
    if not os.path.lexists(path):
        near = nearest_file(path)
        raise UsageFault("no-such-file-near", name=name, near=near) if near else UsageFault("no-such-file", name=name)
    if path.exists() and not path.is_file() and not path.is_fifo():
        raise UsageFault("file-is-special", name=name)
    try:
        return submission_from_file(path)
    except OSError as error:
        raise UsageFault("file-unreadable", name=name, reason=error.strerror or str(error)) from error


def nearest_file(path: Path) -> str | None:
    """The name beside `path` that its writer may have meant."""
    try:
        beside = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return None
    near = difflib.get_close_matches(path.name, beside, n=1)
    return one_line(str(path.with_name(near[0]))) if near else None
