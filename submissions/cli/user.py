"""`submissions user`: accounts from the command line, for the first administrator and for forgotten passwords."""

from __future__ import annotations

import click

from grader.cli.usage import LocalCommand, UsageFault, locale_option
from submissions.cli.subgroup import SubGroup
from submissions.cli.texts import ServiceTexts, Voice
from submissions.settings import read_service_settings


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


def add(login: str, name: str, admin: bool, locale: str) -> int:
    """Make an account and print its password."""
    from submissions import demo
    from submissions.auth.passwords import Passwords
    from submissions.db import Database
    from submissions.store import accounts
    from submissions.store.refused import Refused

    folded = accounts.folded(login)
    if not accounts.is_login(folded):
        raise UsageFault("cli.no_login", login=login)
    made = demo.new_password()
    new = accounts.NewUser(folded, name or folded, Passwords().hash(made), is_admin=admin)
    try:
        accounts.create_user(Database(read_service_settings().database_url), new)
    except Refused as refused:
        raise UsageFault("cli.login_taken", login=folded) from refused
    Voice(ServiceTexts(locale))("cli.user_added", login=folded, password=made)
    return 0


def password(login: str, locale: str) -> int:
    """Give an account a new password, sign out its browsers and print it."""
    from submissions import demo
    from submissions.auth.passwords import Passwords
    from submissions.db import Database
    from submissions.store import accounts, login_sessions

    db = Database(read_service_settings().database_url)
    found = accounts.user_by_login(db, login)
    if found is None:
        raise UsageFault("cli.no_such_user", login=login)
    made = demo.new_password()
    login_sessions.change_password(db, found.id, Passwords().hash(made))
    Voice(ServiceTexts(locale))("cli.user_password", login=found.login, password=made)
    return 0
