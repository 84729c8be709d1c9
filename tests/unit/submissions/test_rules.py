"""Until when, how late, at what cost: one student's rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.models.courses import Assignment, Extension
from submissions.store import rules

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

POLICIES = st.sampled_from(["none", "accept", "deduct"])
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=20))


def assignment(**changes):
    facts = {"due_at": DUE, "late_policy": "none", "late_percent": 10.0, "late_until": None, "attempt_limit": None}
    return Assignment(**facts | {"results_open_at": None} | changes)


def extension(due_at=None, extra_attempts=0):
    return Extension(due_at=due_at, extra_attempts=extra_attempts)


def test_without_a_date_nothing_is_ever_late_or_closed():
    free = assignment(due_at=None)
    assert rules.due(free, extension(DUE)) is None
    assert rules.closes(free, None) is None
    assert rules.late_seconds(free, None, DUE) == 0
    assert not rules.results_open(free, None, DUE + 1000 * DAY)


def test_an_extension_never_shortens():
    assert rules.due(assignment(), extension(DUE - DAY)) == DUE
    assert rules.due(assignment(), extension(DUE + DAY)) == DUE + DAY
    assert rules.due(assignment(), extension(None, 3)) == DUE


def test_extra_attempts_add_to_a_limit_and_make_none():
    assert rules.attempt_limit(assignment(attempt_limit=3), extension(None, 2)) == 5
    assert rules.attempt_limit(assignment(attempt_limit=3), None) == 3
    assert rules.attempt_limit(assignment(), extension(None, 2)) is None


@given(policy=POLICIES, more=SPANS, grace=SPANS)
def test_an_extension_moves_the_whole_window_by_the_time_it_gives(policy, more, grace):
    common = assignment(late_policy=policy, late_until=DUE + grace)
    assert rules.closes(common, extension(DUE + more)) == rules.closes(common, None) + more


@given(seconds=st.integers(1, 10**7), percent=st.floats(0, 100))
def test_lateness_costs_a_share_for_each_begun_day_and_never_more_than_all(seconds, percent):
    late = assignment(late_policy="deduct", late_percent=percent)
    days = -(-seconds // 86400)
    assert rules.late_factor(late, seconds) == pytest.approx(max(0.0, 1 - days * percent / 100), abs=1e-8)
    assert rules.late_factor(late, seconds) >= rules.late_factor(late, seconds + 1)
    assert rules.late_factor(assignment(late_policy="accept"), seconds) == 1.0


def test_a_submission_in_the_last_moment_is_in_time_and_the_next_begun_second_is_late():
    assert rules.late_seconds(assignment(), None, DUE) == 0
    assert rules.late_seconds(assignment(), None, DUE + timedelta(microseconds=1)) == 1


@given(policy=POLICIES, grace=SPANS, more=SPANS, after=SPANS, opens=st.none() | SPANS)
def test_what_waits_for_the_deadline_never_opens_while_the_student_has_time_left(policy, grace, more, after, opens):
    moment = None if opens is None else DUE + opens
    common = assignment(late_policy=policy, late_until=DUE + grace, results_open_at=moment)
    mine = extension(DUE + more)
    if rules.results_open(common, mine, DUE + after):
        assert DUE + after > rules.due(common, mine)
        if moment is None:
            assert DUE + after > rules.closes(common, mine)
        else:
            assert DUE + after > moment


def test_results_open_at_the_moment_that_was_set_or_after_the_last_submission():
    assert rules.results_open(assignment(), None, DUE + HOUR)
    assert not rules.results_open(assignment(late_policy="accept", late_until=DUE + DAY), None, DUE + HOUR)
    assert rules.results_open(assignment(late_policy="accept", results_open_at=DUE), None, DUE + HOUR)
    assert not rules.results_open(assignment(results_open_at=DUE + DAY), None, DUE + HOUR)
    # Late submissions are taken for ever: then the common date has to do.
    assert rules.results_open(assignment(late_policy="deduct"), None, DUE + HOUR)
