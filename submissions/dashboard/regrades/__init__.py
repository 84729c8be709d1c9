"""Regrades of many submissions, and the requests of students."""
