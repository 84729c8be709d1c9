"""The audit log, of a course for its instructors and of everything for administrators."""
