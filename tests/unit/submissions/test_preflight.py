"""What stands in the way of a start is told by name, and with what to do about it."""

import os
import socket

import pytest

from submissions.db import Database
from submissions.settings import read_service_settings
from submissions.supervisor import preflight, tables
from submissions.supervisor.obstacle import Obstacle
from submissions.texts import LOCALES, text


def sentence(obstacle, locale="en"):
    return text(obstacle.key, locale, **obstacle.blanks)


def test_a_port_in_use_is_named_with_the_setting():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Obstacle) as caught:
            preflight.require_port("127.0.0.1", port)

    for locale in LOCALES:
        assert str(port) in sentence(caught.value, locale)
        assert "SUBMISSIONS_PORT" in sentence(caught.value, locale)


def test_a_port_that_was_in_use_a_moment_ago_is_free():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            other.accept()[0].close()

    preflight.require_port("127.0.0.1", port)


def test_an_address_of_no_card_of_this_machine_is_named():
    with pytest.raises(Obstacle) as caught:
        preflight.require_port("203.0.113.7", 0)

    assert "203.0.113.7" in sentence(caught.value)
    assert "SUBMISSIONS_HOST" in sentence(caught.value)


def test_a_second_supervisor_is_told_of_the_first(tmp_path):
    settings = read_service_settings({"SUBMISSIONS_DATA": str(tmp_path)})
    with preflight.only_one(settings, "http://here/"):
        with pytest.raises(Obstacle) as caught, preflight.only_one(settings, "http://there/"):
            pass
        assert str(os.getpid()) in sentence(caught.value)
        assert "http://here/" in sentence(caught.value)

    with preflight.only_one(settings, "http://there/"):
        pass


def test_a_full_disk_is_told_before_anything_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "ROOM_NEEDED", 10**18)

    with pytest.raises(Obstacle) as caught:
        preflight.require_folder(tmp_path)
    assert caught.value.key == "supervisor.disk_full"
    assert str(tmp_path) in sentence(caught.value)


def test_a_folder_that_can_not_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Obstacle) as caught:
        preflight.require_folder(tmp_path / "file" / "data")
    assert "SUBMISSIONS_DATA" in sentence(caught.value)


def test_what_the_data_folder_holds_is_for_its_owner_alone(tmp_path):
    preflight.require_folder(tmp_path / "data")

    assert {path.stat().st_mode & 0o077 for path in [tmp_path / "data", *(tmp_path / "data").iterdir()]} == {0}


def test_a_database_that_is_not_there_is_named_without_its_password():
    database = Database("postgresql+psycopg://ada:secret-word@127.0.0.1:1/none")

    with pytest.raises(Obstacle) as caught:
        tables.migrate(database, seconds=0)
    database.dispose()
    assert "127.0.0.1:1" in sentence(caught.value)
    assert "SUBMISSIONS_DATABASE_URL" in sentence(caught.value)
    assert "secret-word" not in sentence(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "service.db").write_text("these are no tables, and long enough not to be taken for an empty file" * 20)
    database = Database(f"sqlite:///{tmp_path / 'service.db'}")

    with pytest.raises(Obstacle, match="not a database"):
        tables.migrate(database)
    database.dispose()
