"""Setting a course up."""
