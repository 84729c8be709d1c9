"""An assignment's rules as typed: by the course's clock, and never in contradiction with each other."""

from datetime import UTC, datetime

import pytest

from submissions.dashboard.setup.forms import is_slug, read_course, read_rules, wall, written
from submissions.models.courses import Assignment

ZONE = "Asia/Shanghai"
DUE = datetime(2027, 3, 1, 15, 59, 59, 123456, tzinfo=UTC)


def assignment(**facts):
    basis = {"track": "", "position": 1, "late_policy": "none", "late_percent": 0.0, "attempt_limit": None}
    dates = {"opens_at": None, "due_at": DUE, "late_until": None, "results_open_at": None}
    return Assignment(**basis | dates | {"cooldown_seconds": 0, "counts": "best"} | facts)


def read(**typed):
    return read_rules(written(assignment(), ZONE) | typed, assignment(), ZONE)


def test_a_form_that_nobody_touched_changes_nothing_to_the_microsecond():
    form = read()

    assert not form.errors
    assert all(getattr(assignment(), name) == value for name, value in form.values.items())


def test_a_date_is_typed_and_shown_by_the_clock_of_the_course():
    assert wall(DUE, ZONE) == "2027-03-01T23:59:59"
    assert read(due_at="2027-03-02T08:00").values["due_at"] == datetime(2027, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "field", "error"), [
    ({"due_at": "tomorrow"}, "due_at", "setup.wrong_date"),
    ({"due_at": "2027-03-02T08:00+00:00"}, "due_at", "setup.wrong_date"),
    ({"due_at": "0001-01-01T00:00"}, "due_at", "setup.wrong_date"),
    ({"opens_at": "2028-01-01T00:00"}, "due_at", "setup.due_before_opening"),
    ({"due_at": "", "late_policy": "accept"}, "late_policy", "setup.late_without_due"),
    ({"late_until": "2027-04-01T00:00"}, "late_until", "setup.wrong_late_until"),
    ({"late_policy": "accept", "late_until": "2027-02-01T00:00"}, "late_until", "setup.wrong_late_until"),
    ({"late_policy": "deduct"}, "late_percent", "setup.nothing_deducted"),
    ({"late_policy": "deduct", "late_percent": "101"}, "late_percent", "setup.wrong_percent"),
    ({"late_policy": "deduct", "late_percent": "nan"}, "late_percent", "setup.wrong_percent"),
    ({"late_policy": "double"}, "late_policy", "setup.wrong_choice"),
    ({"counts": "average"}, "late_policy", "setup.wrong_choice"),
    ({"attempt_limit": "0"}, "attempt_limit", "setup.wrong_number"),
    ({"attempt_limit": "-1"}, "attempt_limit", "setup.wrong_number"),
    ({"cooldown_seconds": "99999999"}, "cooldown_seconds", "setup.wrong_number"),
    ({"track": "../x"}, "track", "setup.wrong_track"),
])  # fmt: skip
def test_rules_that_make_no_sense_are_refused_at_their_field(typed, field, error):
    assert read(**typed).errors.get(field) == error


@pytest.mark.parametrize("slug", ["new", "", "A", "a--b", "-a", "a/b", "a" * 65, "课"])
def test_a_course_is_not_called_what_an_address_could_misread(slug):
    assert not is_slug(slug)
    assert "slug" in read_course({"slug": slug, "title_en": "x", "title_zh": "x"}, with_slug=True).errors


def test_a_zone_is_one_that_exists():
    facts = {"title_en": "x", "title_zh": "x"}

    assert not read_course(facts | {"timezone": ZONE}, with_slug=False).errors
    assert "timezone" in read_course(facts | {"timezone": "Mars/Base"}, with_slug=False).errors
