"""`grader batch PACK DIR`: every submission of a folder, one JSON report a line, in the order of the file names."""

from __future__ import annotations

import os
import secrets
import stat
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.cli.grade import MAX_SEED
from grader.cli.service import Grader, pack_or_usage_fault, started
from grader.cli.terminal import err, json_line, one_line
from grader.cli.texts import Texts, in_both
from grader.cli.usage import LocalCommand, UsageFault, locale_option, number_option
from grader.errors import SubmissionRejected
from grader.limits import CHILDREN_PER_GRADING
from grader.packs import Pack
from grader.report import Report, rejection
from grader.sentences import sentence
from grader.settings import read_settings
from grader.submission import submission_from_file

SUFFIXES = (".py", ".ipynb")
MAX_JOBS = 64


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "batch",
        texts,
        callback=click.pass_context(run),
        help=texts("help-batch"),
        epilog=texts("help-batch-exit"),
        params=[
            click.Argument(["pack"], metavar="PACK"),
            click.Argument(["folder"], metavar="DIR"),
            number_option(["-j", "--jobs"], texts("help-option-jobs"), 1, MAX_JOBS),
            locale_option(texts),
        ],
    )


def run(ctx: click.Context, pack: str, folder: str, jobs: int | None, locale: str) -> int:
    """Grade the files of `folder`; the exit status is the highest of the reports'."""
    texts = Texts(locale)
    settings = read_settings()
    found = pack_or_usage_fault(pack, settings, texts)
    files = submissions_in(folder, found)
    jobs = jobs or min(MAX_JOBS, len(os.sched_getaffinity(0)))
    # With fewer slots some gradings would wait for children that others keep.
    grader = started(
        ctx, replace(settings, slots=max(settings.slots, min(MAX_JOBS, jobs * CHILDREN_PER_GRADING))), texts
    )
    batch = Batch(grader, found, secrets.randbelow(MAX_SEED))
    summary = Summary(found)
    with Bar(len(files), texts) as bar:
        for file, report in zip(files, batch.reports(files, jobs), strict=True):
            bar.show_line(json_line({"file": _readable(file.name), **report.to_json(locale)}))
            summary.add(report)
    summary.show(texts)
    return summary.exit_status


def submissions_in(folder: str, pack: Pack) -> list[Path]:
    """The .py and .ipynb entries of a folder by name, hidden ones left out. UsageFault when there are none."""
    path, name = Path(folder), one_line(folder)
    if path.is_file():
        raise UsageFault("folder-is-file", name=name, pack=pack.id)
    if not path.is_dir():
        raise UsageFault("no-such-folder", name=name)
    try:
        entries = sorted(path.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise UsageFault("file-unreadable", name=name, reason=error.strerror or str(error)) from error
    files = [
        entry
        for entry in entries
        if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".") and not entry.is_dir()
    ]
    if not files:
        raise UsageFault("folder-without-submissions", name=name)
    return files


def _readable(name: str) -> str:
    """The name of a file as text, even where its bytes are no text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class Batch:
    """Grades files of one pack. All share one seed, so that everyone is asked the same."""

    def __init__(self, grader: Grader, pack: Pack, seed: int) -> None:
        self._grader, self._pack, self._seed = grader, pack, seed

    def reports(self, files: Sequence[Path], jobs: int) -> Iterator[Report]:
        """The report of each file, in order; up to `jobs` are worked on at the same time."""
        pool = ThreadPoolExecutor(jobs, thread_name_prefix="batch")
        try:
            yield from pool.map(self.report, files)
        except BaseException:
            # Whoever stops a batch does not want to wait for gradings nobody will see.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()

    def report(self, file: Path) -> Report:
        """The report of one file, whatever is wrong with it."""
        try:
            # Read only now, so that a large folder is not held in memory; a pipe would be waited for without end.
            if not stat.S_ISREG(file.stat().st_mode):
                return self._without_checks("rejected", in_both("file-is-special", name=one_line(file.name)))
            return self._grader.grade(self._pack, submission_from_file(file), self._seed)
        except SubmissionRejected as error:
            return self._without_checks("rejected", sentence(error.code, **error.detail))
        except OSError as error:
            reason = error.strerror or str(error)
            blanks = {"name": one_line(file.name), "reason": reason}
            return self._without_checks("rejected", in_both("file-unreadable", **blanks))
        except Exception:  # noqa: BLE001 - whatever happens to one file, the others are graded
            fault = traceback.format_exc(limit=-4)
            return self._without_checks("internal_error", sentence("internal-error"), fault=fault)

    def _without_checks(self, status: str, message: dict[str, str], **known: str) -> Report:
        from grader.runner.engine import engine_version

        facts = {"pack_version": self._pack.version, "max_score": self._pack.max_score, **known}
        return rejection(self._pack.id, self._seed, status, message, engine_version(), **facts)


class Bar:
    """A progress bar on standard error where that is a terminal; otherwise nothing."""

    def __init__(self, total: int, texts: Texts) -> None:
        console = err()
        self._progress = Progress(
            TextColumn(texts("grading")),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=total)
        self._shares_terminal = console.is_terminal and sys.stdout.isatty()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show_line(self, line: str) -> None:
        """Write a line to standard output, out of the bar's way, and count it."""
        if self._shares_terminal:
            self._progress.stop()
        click.echo(line)
        if self._shares_terminal:
            self._progress.start()
        self._progress.advance(self._task)


class Summary:
    """What came of a batch."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._began = time.monotonic()
        self._scores: list[float] = []
        self._statuses: dict[str, int] = {}
        self.exit_status = 0

    def add(self, report: Report) -> None:
        """Count one report."""
        self._statuses[report.status] = self._statuses.get(report.status, 0) + 1
        self.exit_status = max(self.exit_status, report.exit_status)
        if report.status == "graded":
            self._scores.append(report.score)

    def show(self, texts: Texts) -> None:
        """Tell it to a person at the terminal; a program reads the lines."""
        console = err()
        if not console.is_terminal:
            return
        seconds = f"{time.monotonic() - self._began:.1f}"
        files = sum(self._statuses.values())
        if self._scores:
            mean = f"{sum(self._scores) / len(self._scores):.3g}"
            most, graded = f"{self._pack.max_score:g}", len(self._scores)
            console.print(
                texts("batch-summary", files=files, graded=graded, mean=mean, most=most, seconds=seconds), style="bold"
            )
        else:
            console.print(texts("batch-summary-none", files=files, seconds=seconds), style="bold")
        for status, key in (("rejected", "rejected"), ("broken_pack", "broken"), ("internal_error", "internal")):
            if status in self._statuses:
                console.print(texts(f"batch-{key}", count=self._statuses[status]), style="yellow")
