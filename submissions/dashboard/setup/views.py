"""Setting a course up. Importing this module declares every route of the area."""

from __future__ import annotations

from submissions.dashboard.setup import assignment_pages, course_pages, import_pages, roster_pages

__all__ = ["assignment_pages", "course_pages", "import_pages", "roster_pages"]
