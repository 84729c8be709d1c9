"""The service's database for tests, once as SQLite and once as PostgreSQL, with a clock that a test may move."""

import pytest
from sqlalchemy import text

from submissions import models  # noqa: F401 - declares the tables
from submissions.db import Database
from submissions.models.base import Base
from tests.support.postgres import cluster

KINDS = ("sqlite", "postgresql")


class MovableClock(Database):
    """A database whose clock can be put forward: `skew` seconds."""

    skew = 0.0

    def now(self, session):
        return super().now(session) + self.skew


def empty(database):
    """Every table without a row, every counter at its begin."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    with database.write() as session:
        if database.is_sqlite:
            for table in tables:
                session.execute(text(f"DELETE FROM {table}"))
        else:
            session.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
    database.skew = 0.0


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server with a template that has all tables."""
    with cluster() as running:
        template = running.create()
        database = Database(running.url(template))
        Base.metadata.create_all(database.engine)
        database.dispose()
        running.template = template
        yield running


@pytest.fixture(params=KINDS)
def database_url(request, tmp_path):
    """The address of a fresh database with all tables, of both kinds in turn."""
    if request.param == "postgresql":
        running = request.getfixturevalue("postgres")
        yield running.url(running.create(running.template))
        return
    url = f"sqlite:///{tmp_path / 'service.db'}"
    database = Database(url)
    Base.metadata.create_all(database.engine)
    database.dispose()
    yield url


@pytest.fixture
def database(database_url):
    """A fresh database of both kinds in turn."""
    made = MovableClock(database_url)
    yield made
    made.dispose()
