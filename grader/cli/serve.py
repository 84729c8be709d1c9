"""`grader serve`: lends one warm engine to other processes, which is how the service grades."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.terminal import err
from grader.cli.texts import Texts
from grader.cli.usage import LocalCommand, locale_option, number_option
from grader.settings import read_settings

OUR_FAULT = 4
MOST_CONVERSATIONS = 256
MOST_GRACE = 600


def command(texts: Texts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand(
        "serve",
        texts,
        callback=run,
        help=texts("help-serve"),
        params=[
            click.Option(["--socket", "path"], metavar="PATH", required=True, help=texts("help-option-socket")),
            number_option(["--conversations"], texts("help-option-conversations"), 1, MOST_CONVERSATIONS),
            number_option(["--grace"], texts("help-option-grace"), 0, MOST_GRACE),
            locale_option(texts),
        ],
    )


def run(path: str, conversations: int | None, grace: int | None, locale: str) -> int:
    """Serve until SIGTERM or SIGINT. The sentence that it is ready goes to standard error, where logs are kept."""
    # Imported late: a usage error has nothing to wait for.
    from grader.runner.listening import AlreadyServed
    from grader.runner.server import CONVERSATIONS, GRACE_SECONDS, GradingServer

    texts = Texts(locale)
    where = Path(path).absolute()
    server = GradingServer(
        read_settings(),
        where,
        CONVERSATIONS if conversations is None else conversations,
        GRACE_SECONDS if grace is None else float(grace),
    )

    def ready() -> None:
        err().print(texts("serving", path=str(where)))
        sys.stderr.flush()

    try:
        server.serve(ready)
    except AlreadyServed:
        err().print(texts("socket-taken", path=str(where)))
        return OUR_FAULT
    return 0
