"""The version of a database's tables: what it is, what it should be, and the way from one to the other.

A migration is one transaction on both databases, under a lock, so that two processes that start at once do not both
migrate; the second finds the work done.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from grader.errors import GraderError
from submissions import models  # noqa: F401 - declares every table
from submissions.db import Database
from submissions.models.base import Base

FOLDER = Path(__file__).parent
# Any number that no other program locks in the same PostgreSQL database.
ADVISORY_LOCK = 0x5EB14551


class SchemaNewer(GraderError):  # noqa: N818 - nothing malfunctions; the program is older than its data
    """The tables are of a later version than this program knows."""


def latest() -> str:
    """The version that this program works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def present(db: Database) -> str:
    """The version of the tables in this database; "" where there are none yet."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(db: Database, to: str = "head") -> bool:
    """Bring the tables up to date, keeping what is in them. Whether there was anything to do. Raises SchemaNewer."""
    found = present(db)
    if found and found not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise SchemaNewer(found)
    if to == "head" and found == latest():
        return False
    with _alone(db) as connection:
        command.upgrade(_config(connection), to)
    return True


def downgrade(db: Database, to: str) -> None:
    """Go back to an earlier version ("base" for no tables at all); what only later versions hold is lost."""
    with _alone(db) as connection:
        command.downgrade(_config(connection), to)


def differences(db: Database) -> list[Any]:
    """How the tables differ from the models; nothing, where the migrations are complete."""
    with db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def write_migration(db: Database, message: str) -> None:
    """Write the migration from the tables of `db`, which are at the latest version, to the models."""
    with _alone(db) as connection:
        number = f"{1 + len(list(ScriptDirectory.from_config(_config()).walk_revisions())):04}"
        command.revision(_config(connection), message, autogenerate=True, rev_id=number)


@contextmanager
def _alone(db: Database) -> Iterator[Connection]:
    with db.engine.connect() as connection:
        if not db.is_sqlite:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                yield connection
            return
        # Copying a table would otherwise delete what refers to it; SQLite takes this only between transactions.
        plain: Any = connection.connection.driver_connection
        plain.execute("PRAGMA foreign_keys=OFF")
        try:
            writing = connection.execution_options(immediate=True)
            with writing.begin():
                yield writing
                broken = writing.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise RuntimeError(f"The migration would leave a reference to nothing: {tuple(broken)}")
        finally:
            plain.execute("PRAGMA foreign_keys=ON")


def _config(connection: Connection | None = None) -> Config:
    config = Config(stdout=sys.stderr)
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/latest.db")
        upgrade(database)
        write_migration(database, " ".join(sys.argv[1:]))
        database.dispose()
