"""The vocabulary of check files: complete, and free of names that pytest would take for hooks."""

from grader.checks import api


def test_every_exported_name_exists():
    assert not [name for name in api.__all__ if not hasattr(api, name)]


def test_no_exported_name_is_a_hook_a_fixture_or_a_test():
    assert not [name for name in api.__all__ if name.startswith(("pytest_", "test", "Test", "_"))]


def test_names_are_listed_once():
    assert len(api.__all__) == len(set(api.__all__))
