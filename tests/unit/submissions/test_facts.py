"""What a student's attempts come to."""

from datetime import UTC, datetime, timedelta

import pytest

from submissions.store.facts import Attempt, Seen, facts

START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def attempts(*outcomes, **facts_of_all):
    """One attempt an hour; an outcome is a verdict of the check "value", or a verdict and a diagnosis."""
    made = []
    for place, outcome in enumerate(outcomes):
        verdict, code = outcome if isinstance(outcome, tuple) else (outcome, None)
        known = {"late": False, "score": 10.0 if verdict == "passed" else 0.0, "max_score": 10.0} | facts_of_all
        seen = (Seen("value", verdict, code),)
        made.append(Attempt(place + 1, "graded", START + timedelta(hours=place), checks=seen, **known))
    return made


def mistake(*outcomes):
    return facts(attempts(*outcomes), None).mistakes["value", "slip"]


SLIP = ("failed", "slip")


@pytest.mark.parametrize(("outcomes", "streak"), [
    ([SLIP], 1),
    ([SLIP, SLIP, SLIP], 3),
    ([SLIP, "passed", SLIP, SLIP], 2),
    ([SLIP, SLIP, ("failed", "other")], 0),
    ([SLIP, "passed"], 0),
])  # fmt: skip
def test_a_streak_is_of_the_latest_attempts_without_a_gap(outcomes, streak):
    assert mistake(*outcomes).streak == streak


@pytest.mark.parametrize(("outcomes", "hours", "after"), [
    ([SLIP], None, None),
    ([SLIP, "passed"], 1, 1),
    (["passed", SLIP, ("failed", "other"), "passed", "passed"], 3, 2),
    ([SLIP, "passed", SLIP], None, None),
    ([SLIP, "skipped", "broken"], None, None),
])  # fmt: skip
def test_a_mistake_is_overcome_by_the_first_pass_after_its_last_time(outcomes, hours, after):
    found = mistake(*outcomes)

    assert found.overcome_at == (START + timedelta(hours=hours) if hours is not None else None)
    assert found.overcome_after == after


def test_a_check_that_did_not_run_or_broke_tells_of_no_mistake():
    found = facts(attempts(("skipped", "slip"), ("broken", "slip"), ("passed", "slip")), None)

    assert found.mistakes == {}
    assert found.checks["value"].first_verdict == "skipped"
    assert found.checks["value"].attempts_to_pass == 3


@pytest.mark.parametrize(("score", "bucket", "passing", "full"), [
    (0.0, "0", False, False),
    (0.999999, "0", False, False),
    (5.999999, "5", False, False),
    (6.0, "6", True, False),
    (6.0 - 1e-9, "6", True, False),
    (9.99, "9", True, False),
    (10.0, "10", True, True),
    (12.0, "10", True, True),
    (-1.0, "0", False, False),
])  # fmt: skip
def test_a_score_counts_in_its_tenth(score, bucket, passing, full):
    counts = facts(attempts("failed", score=score), 1).counts

    assert counts["score"] == {bucket: 1}
    assert ("passing" in counts, "full" in counts) == (passing, full)


@pytest.mark.parametrize(("failed", "bucket"), [(0, "1"), (8, "9"), (9, "10+"), (30, "10+")])
def test_attempts_to_full_marks_are_the_graded_ones(failed, bucket):
    made = attempts(*["failed"] * failed, "passed")
    unfinished = Attempt(99, "system_error", START, late=False, score=None, max_score=10.0)

    assert facts([unfinished, *made], None).counts["attempts_to_full"] == {bucket: 1}


def test_an_hour_is_one_of_utc_and_lateness_is_counted_by_submission():
    counts = facts(attempts("failed", "failed", late=True), None).counts

    assert counts["activity"] == {"2026-11-24T09": 1, "2026-11-24T10": 1}
    assert counts["late"] == {"submissions": 2}


def test_nobody_adds_nothing():
    assert facts([], None).counts == {}
