"""What the tests of the service share: a database of each kind."""

from tests.support.databases import database, database_url, postgres

__all__ = ["database", "database_url", "postgres"]
