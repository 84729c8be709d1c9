"""The tables. `submissions.models.base.Base.metadata` knows them all once this package is imported."""

from submissions.models import courses, marking, people, records, regrades, summaries, work  # noqa: F401 - importing a module declares its tables
