"""`grader new-pack NAME`: a small complete pack to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.terminal import one_line, out
from grader.cli.texts import Texts
from grader.cli.usage import LocalCommand, UsageFault, locale_option

EXERCISES = "exercises"


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "new-pack",
        texts,
        callback=run,
        help=texts("help-new-pack"),
        params=[
            click.Argument(["name"], metavar="NAME"),
            click.Option(["--into"], metavar="DIR", default=EXERCISES, help=texts("help-option-into")),
            locale_option(texts),
        ],
    )


def run(name: str, into: str, locale: str) -> int:
    """Write the pack and say what to do next."""
    from grader.packcheck.scaffold import is_pack_name, new_pack

    texts = Texts(locale)
    if not is_pack_name(name):
        raise UsageFault("not-a-pack-name", name=one_line(name))
    folder = Path(into)
    if (folder / name).exists():
        raise UsageFault("pack-exists", name=one_line(str(folder / name)))
    if folder.exists() and not folder.is_dir():
        raise UsageFault("no-such-folder", name=one_line(into))
    path = one_line(str(new_pack(name, folder)))
    out().print(texts("new-pack-made", path=path), soft_wrap=True)
    out().print(texts("new-pack-next", path=path), soft_wrap=True)
    return 0
