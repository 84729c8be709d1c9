"""What Alembic runs for every command, in the transaction that `submissions.migrations.schema` has opened."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from submissions import models  # noqa: F401 - declares every table
from submissions.models.base import Base, Moment


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that a migration outlives them."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite can't alter most of a table; there a changed one is copied.
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    compare_type=True,
)
context.run_migrations()
