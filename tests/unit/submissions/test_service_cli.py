"""The `submissions` command explains itself in both languages, and tells by its status how it ended."""

import re
import socket
import sqlite3

import pytest
from sqlalchemy import update

from submissions.cli.main import command_line
from submissions.cli.texts import ServiceTexts, Voice
from submissions.db import Database
from submissions.models.summaries import Tally
from tests.support.queue_world import check, world


def run(capsys, *arguments, locale="en"):
    with pytest.raises(SystemExit) as ending:
        command_line(locale).main(list(arguments))
    said = capsys.readouterr()
    return ending.value.code or 0, said.out, said.err


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return trial.getsockname()[1]


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SUBMISSIONS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize(
    "words", [[], ["up"], ["demo"], ["db"], ["db", "upgrade"], ["user"], ["user", "add"], ["doctor"], ["bench"]]
)
def test_every_command_explains_itself_in_both_languages(words, capsys):
    pages = {locale: run(capsys, *words, "--help", locale=locale)[1] for locale in ("en", "zh")}

    assert re.search(r"[一-鿿]", pages["zh"])
    assert not re.search(r"[一-鿿]", pages["en"])


def test_a_mistyped_command_is_told_the_nearest(capsys):
    status, _, said = run(capsys, "doctr")

    assert status == 2
    assert "doctor" in said


def test_the_tables_are_made_and_looked_at(capsys, data):
    assert run(capsys, "db", "check")[0] == 1
    assert run(capsys, "db", "upgrade")[0] == 0
    assert run(capsys, "db", "check")[0] == 0
    assert (data / "service.db").exists()


def test_summaries_that_differ_are_told_by_the_status_and_put_right(capsys, data):
    run(capsys, "db", "upgrade")
    db = Database(f"sqlite:///{data / 'service.db'}")
    course = world(db)
    course.graded(course.student(), course.assignment(), check())
    assert run(capsys, "db", "recount")[0] == 0

    with db.write() as session:
        session.execute(update(Tally).values(count=7))
    db.dispose()
    status, said, _ = run(capsys, "db", "recount")

    assert (status, "differed" in said) == (1, True)
    assert run(capsys, "db", "recount")[0] == 0


def test_an_account_is_made_once_and_gets_another_password(capsys, data):
    run(capsys, "db", "upgrade")
    _, added, _ = run(capsys, "user", "add", "Ada", "--admin")
    twice, _, refused = run(capsys, "user", "add", "ada")
    _, changed, _ = run(capsys, "user", "password", "ada")
    unknown, _, _ = run(capsys, "user", "password", "nobody")

    first, second = (re.search(r"\w{4}-\w{4}-\w{4}", words)[0] for words in (added, changed))
    assert first != second
    assert (twice, unknown) == (2, 2)
    assert "ada" in refused
    with sqlite3.connect(data / "service.db") as plain:
        assert plain.execute("SELECT login, is_admin FROM users").fetchall() == [("ada", 1)]


def test_a_login_that_is_none_is_refused(capsys):
    assert run(capsys, "user", "add", "no spaces please")[0] == 2


def test_an_unusable_setting_is_told_by_name(capsys, monkeypatch):
    monkeypatch.setenv("SUBMISSIONS_SLOTS", "many")

    status, _, said = run(capsys, "db", "check", locale="zh")
    assert status == 2
    assert "SUBMISSIONS_SLOTS" in said


def test_production_does_not_start_with_a_setting_missing(capsys, monkeypatch):
    monkeypatch.setenv("SUBMISSIONS_PROFILE", "production")

    status, _, said = run(capsys, "up")
    assert status == 2
    assert re.search("SUBMISSIONS_[A-Z_]+", said)


def test_a_program_that_is_no_broker_is_told(capsys, monkeypatch):
    monkeypatch.setenv("VALKEY_BIN", "no-such-valkey")
    monkeypatch.setenv("SUBMISSIONS_PORT", str(free_port()))

    status, _, said = run(capsys, "up")
    assert status == 1
    assert "no-such-valkey" in said
    assert "SUBMISSIONS_BROKER_URL" in said


def test_a_name_among_the_blanks_is_said_in_the_readers_language(capsys):
    Voice(ServiceTexts("zh"))("supervisor.ready", part="supervisor.title_web", seconds=1.25)

    assert capsys.readouterr().out == "  网页：1.2 秒后就绪\n"
