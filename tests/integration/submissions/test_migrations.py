"""Migrations lead to exactly the tables of the models on both databases, keep what is in them, and lead back."""

import threading

import pytest
from sqlalchemy import inspect, text

from submissions.db import Database
from submissions.migrations import schema
from submissions.models.base import Base
from submissions.models.courses import Course
from submissions.models.people import Enrolment, User
from tests.support.databases import KINDS


@pytest.fixture(params=KINDS)
def empty_database(request, tmp_path):
    if request.param == "postgresql":
        running = request.getfixturevalue("postgres")
        made = Database(running.url(running.create()))
    else:
        made = Database(f"sqlite:///{tmp_path / 'service.db'}")
    yield made
    made.dispose()


def test_they_lead_to_the_tables_of_the_models(empty_database):
    assert schema.upgrade(empty_database)

    assert schema.differences(empty_database) == []
    assert schema.present(empty_database) == schema.latest()


def test_every_constraint_has_the_name_that_the_models_give_it(empty_database):
    schema.upgrade(empty_database)
    found = inspect(empty_database.engine)

    for table in Base.metadata.sorted_tables:
        named = {key["name"] for key in found.get_foreign_keys(table.name)}
        named |= {unique["name"] for unique in found.get_unique_constraints(table.name)}
        named |= {index["name"] for index in found.get_indexes(table.name)}
        wanted = {str(key.name) for key in table.foreign_key_constraints} | {index.name for index in table.indexes}
        assert wanted <= named


def test_they_lead_back_to_nothing_and_forth_again(empty_database):
    schema.upgrade(empty_database)
    schema.downgrade(empty_database, "base")

    assert set(inspect(empty_database.engine).get_table_names()) <= {"alembic_version"}
    assert schema.upgrade(empty_database)


def test_a_second_upgrade_does_nothing_and_keeps_every_row(empty_database):
    schema.upgrade(empty_database)
    with empty_database.write() as session:
        user = User(login="ada", name="Ada")
        course = Course(slug="one", title_en="One", title_zh="一")
        session.add_all([user, course])
        session.flush()
        session.add(Enrolment(user_id=user.id, course_id=course.id, role="student"))

    assert not schema.upgrade(empty_database)
    with empty_database.read() as session:
        assert session.query(Enrolment).count() == 1


def test_two_that_begin_at_once_migrate_once(empty_database):
    outcomes = []

    def migrate():
        database = Database(empty_database.url.render_as_string(hide_password=False))
        try:
            outcomes.append(schema.upgrade(database))
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            outcomes.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(isinstance(outcome, bool) for outcome in outcomes), outcomes
    assert schema.differences(empty_database) == []


def test_tables_of_a_later_version_are_left_alone(empty_database):
    schema.upgrade(empty_database)
    with empty_database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(schema.SchemaNewer, match="9999"):
        schema.upgrade(empty_database)


def test_sqlite_holds_to_its_references_again_after_a_migration(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'service.db'}")
    schema.upgrade(database)

    with database.read() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.dispose()
