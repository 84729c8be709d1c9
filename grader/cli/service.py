"""What the commands need of the engine, so that tests can put another one in its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

import click

from grader.cli.terminal import err, one_line
from grader.cli.texts import Texts
from grader.cli.usage import UsageFault
from grader.errors import PackNotFound
from grader.packs import Pack, find_pack
from grader.report import Report
from grader.settings import Settings
from grader.submission import Submission


class Grader(Protocol):
    """An engine, as far as the commands use it."""

    def start(self) -> None:
        """Make it ready."""

    def stop(self) -> None:
        """End whatever it started."""

    def grade(self, pack: Pack, submission: Submission, seed: int | None = None) -> Report:
        """Grade one submission; callable from any thread."""


MakeGrader = Callable[[Settings], Grader]


def make_grader(settings: Settings) -> Grader:
    """The engine itself, not yet started."""
    # Imported late: a usage error has nothing to wait for.
    from grader.runner.engine import Engine

    return Engine(settings)


def started(ctx: click.Context, settings: Settings, texts: Texts) -> Grader:
    """A started engine of the context's kind; the context stops it."""
    make: MakeGrader = ctx.obj or make_grader
    grader = make(settings)
    ctx.call_on_close(grader.stop)
    with _waiting(texts("starting")):
        grader.start()
    return grader


def _waiting(sentence: str) -> AbstractContextManager[object]:
    console = err()
    return console.status(sentence) if console.is_terminal else nullcontext()


def pack_or_usage_fault(name: str, settings: Settings, texts: Texts) -> Pack:
    """The pack that was asked for, or the usage error that lists the packs there are."""
    try:
        return find_pack(name, settings.exercises)
    except PackNotFound as error:
        raise _no_such_pack(error, texts) from error


def _no_such_pack(error: PackNotFound, texts: Texts) -> UsageFault:
    name, known = one_line(error.name), texts.listed(error.known)
    if not error.known:
        return UsageFault("no-packs-at-all", name=name)
    if Path(error.name).is_dir():
        return UsageFault("pack-folder-without-declaration", name=name, known=known)
    if error.near:
        return UsageFault("no-such-pack-near", name=name, near=error.near, known=known)
    return UsageFault("no-such-pack", name=name, known=known)
