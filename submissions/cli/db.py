"""`submissions db`: the tables brought up to date, or looked at."""

from __future__ import annotations

import click
from sqlalchemy.exc import SQLAlchemyError

from grader.cli.usage import LocalCommand, locale_option
from submissions.cli.subgroup import SubGroup
from submissions.cli.texts import ServiceTexts, Voice
from submissions.db import Database
from submissions.migrations import schema
from submissions.settings import read_service_settings
from submissions.store import summaries
from submissions.supervisor.preflight import require_folder
from submissions.supervisor.tables import database_obstacle, migrate

STATUSES = {False: 0, True: 1}


def command(texts: ServiceTexts) -> click.Command:
    """The group, with its help in the language of `texts`."""
    group = SubGroup("db", texts, help=texts("cli.help_db"))
    for name, run, words in (
        ("upgrade", upgrade, texts("cli.help_db_upgrade")),
        ("check", check, texts("cli.help_db_check")),
        ("recount", recount, texts("cli.help_db_recount")),
    ):
        group.add_command(LocalCommand(name, texts, callback=run, help=words, params=[locale_option(texts)]))
    return group


def upgrade(locale: str) -> int:
    """Bring the tables up to date."""
    settings = read_service_settings()
    if settings.embedded:
        require_folder(settings.data)
    db = Database(settings.database_url)
    changed = migrate(db)
    db.dispose()
    Voice(ServiceTexts(locale))("cli.db_upgraded" if changed else "cli.db_current", version=schema.latest())
    return 0


def check(locale: str) -> int:
    """Say whether the tables are up to date, changing nothing; 1 when they are not."""
    db = Database(read_service_settings().database_url)
    try:
        found = schema.present(db)
    except SQLAlchemyError as error:
        raise database_obstacle(db, error) from error
    finally:
        db.dispose()
    behind = found != schema.latest()
    key = "cli.db_behind" if behind else "cli.db_current"
    Voice(ServiceTexts(locale))(key, version=schema.latest(), found=found or "-")
    return STATUSES[behind]


def recount(locale: str) -> int:
    """Compare the summaries of every class with its submissions and put right what differs; 1 where something did."""
    db, say = Database(read_service_settings().database_url), Voice(ServiceTexts(locale))
    try:
        found = summaries.mend(db)
    except SQLAlchemyError as error:
        raise database_obstacle(db, error) from error
    finally:
        db.dispose()
    for assignment_id, lines in found.items():
        say("cli.db_recounted", assignment=assignment_id, count=len(lines))
    if not found:
        say("cli.db_counts_agree")
    return STATUSES[bool(found)]
