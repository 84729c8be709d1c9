"""The tables at the start: brought up to date, or the sentence that says why they can't be."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from submissions.db import Database
from submissions.migrations import schema
from submissions.store.summaries import rebuild_missing
from submissions.supervisor.obstacle import Obstacle
from submissions.supervisor.preflight import full_disk

DATABASE_SECONDS = 20.0


def migrate(db: Database, seconds: float = DATABASE_SECONDS) -> bool:
    """Bring the tables up to date; whether there was anything to do. A server that is still starting is waited for."""
    deadline = time.monotonic() + (0 if db.is_sqlite else seconds)
    while True:
        try:
            changed = schema.upgrade(db)
            if changed:
                rebuild_missing(db)
            return changed
        except schema.SchemaNewer as error:
            raise Obstacle("supervisor.schema_newer", found=error, known=schema.latest()) from error
        except SQLAlchemyError as error:
            if not isinstance(error, OperationalError) or time.monotonic() > deadline:
                raise database_obstacle(db, error) from error
            time.sleep(0.5)


def database_obstacle(db: Database, error: SQLAlchemyError) -> Obstacle:
    """Why the database can't be used: its own first line, without the password of its address."""
    reason = (str(getattr(error, "orig", None) or error).strip().splitlines() or [""])[0]
    if db.is_sqlite and "full" in reason:
        return full_disk(Path(db.url.database or ".").parent)
    return Obstacle("supervisor.no_database", url=db.url.render_as_string(hide_password=True), reason=reason)
