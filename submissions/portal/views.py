"""The students' pages. Importing this module declares every route of the blueprint."""

from __future__ import annotations

from submissions.portal import course_pages, exercise_pages, remarks, result_pages
from submissions.portal.pages import blueprint

__all__ = ["blueprint", "course_pages", "exercise_pages", "remarks", "result_pages"]
