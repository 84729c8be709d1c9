"""The one statement in which the two databases differ."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert(session: Session) -> type[postgresql.Insert | sqlite.Insert]:
    """The dialect's INSERT with ON CONFLICT."""
    return postgresql.Insert if session.get_bind().dialect.name == "postgresql" else sqlite.Insert
