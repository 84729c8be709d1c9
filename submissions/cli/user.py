"""`submissions user`: accounts from the command line, for the first administrator and for forgotten passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from grader.cli.usage import LocalCommand, UsageFault, locale_option
from submissions.auth.passwords import Passwords
from submissions.cli.subgroup import SubGroup
from submissions.cli.texts import ServiceTexts, Voice
from submissions.db import Database
from submissions.demo import new_password
from submissions.migrations import schema
from submissions.settings import read_service_settings
from submissions.store import accounts, login_sessions
from submissions.store.refused import Refused
from submissions.supervisor.obstacle import Obstacle
from submissions.supervisor.tables import database_obstacle


def command(texts: ServiceTexts) -> click.Command:
    """The group, with its help in the language of `texts`."""
    group = SubGroup("user", texts, help=texts("cli.help_user"))
    login = click.Argument(["login"])
    name = click.Option(["--name"], default="", help=texts("cli.help_option_name"))
    admin = click.Option(["--admin"], is_flag=True, help=texts("cli.help_option_admin"))
    language = locale_option(texts)
    for word, run, words, params in (
        ("add", add, texts("cli.help_user_add"), [login, name, admin, language]),
        ("password", password, texts("cli.help_user_password"), [login, language]),
    ):
        group.add_command(LocalCommand(word, texts, callback=run, help=words, params=params))
    return group


@contextmanager
def tables() -> Iterator[Database]:
    """The database, while its tables are the ones that this program knows. Raises Obstacle."""
    db = Database(read_service_settings().database_url)
    try:
        found = schema.present(db)
        if found != schema.latest():
            raise Obstacle("cli.db_behind", found=found or "-", version=schema.latest())
        yield db
    except SQLAlchemyError as error:
        raise database_obstacle(db, error) from error
    finally:
        db.dispose()


def add(login: str, name: str, admin: bool, locale: str) -> int:
    """Make an account and print its password."""
    folded = accounts.folded(login)
    if not accounts.is_login(folded):
        raise UsageFault("cli.no_login", login=login)
    made = new_password()
    new = accounts.NewUser(folded, name or folded, Passwords().hash(made), is_admin=admin)
    try:
        with tables() as db:
            accounts.create_user(db, new)
    except Refused as refused:
        raise UsageFault("cli.login_taken", login=folded) from refused
    Voice(ServiceTexts(locale))("cli.user_added", login=folded, password=made)
    return 0


def password(login: str, locale: str) -> int:
    """Give an account a new password, sign out its browsers and print it."""
    made = new_password()
    with tables() as db:
        found = accounts.user_by_login(db, login)
        if found is None:
            raise UsageFault("cli.no_such_user", login=login)
        login_sessions.change_password(db, found.id, Passwords().hash(made))
    Voice(ServiceTexts(locale))("cli.user_password", login=found.login, password=made)
    return 0
