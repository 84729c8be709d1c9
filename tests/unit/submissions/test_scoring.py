"""From a report to points: the machine's, a person's, and those that a student may see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import VERDICTS, CheckResult, total
from submissions.store import scoring
from submissions.store.scoring import WHOLE

WORDS = {"en": "w", "zh": "文"}
VISIBILITIES = ("public", "after_deadline", "hidden")


def check(name, verdict="passed", points=None, most=4.0, visibility="public", cap=None):
    given_points = (most if verdict == "passed" else 0.0) if points is None else points
    return CheckResult(name, WORDS, verdict, given_points, most, visibility, cap=cap)


def record(*checks):
    return {"checks": [one.to_record() for one in checks]}


def points(*checks, overrides=None, late=1.0):
    return scoring.points(record(*checks), sum(one.max_points for one in checks), overrides or {}, late)


@st.composite
def results(draw, **fixed):
    facts = {
        "verdict": draw(st.sampled_from(VERDICTS)), "most": float(draw(st.integers(0, 5))),
        "visibility": draw(st.sampled_from(VISIBILITIES)), "cap": draw(st.none() | st.integers(0, 12).map(float)),
    }  # fmt: skip
    facts |= fixed
    earned = draw(st.integers(0, int(2 * facts["most"]))) / 2
    return check(f"c{draw(st.integers(0, 10**6))}", points=earned, **facts)


REPORTS = st.lists(results(), min_size=1, max_size=7, unique_by=lambda one: one.name)


@given(REPORTS)
def test_without_people_the_score_is_the_engines(checks):
    assert points(*checks).score == total(checks)


@given(REPORTS, st.data())
def test_what_is_shown_does_not_depend_on_a_check_that_is_not_public(checks, data):
    """The non-interference that makes a shown score safe: any other outcome of the other checks looks the same."""
    others = [
        one if one.visibility == "public"
        else data.draw(results(visibility=one.visibility, most=one.max_points), label="instead")
        for one in checks
    ]  # fmt: skip
    mine, other = points(*checks), points(*others)
    if any(one.visibility != "public" for one in checks):
        assert (mine.shown_score, mine.shown_max) == (other.shown_score, other.shown_max)
    else:
        assert (mine.shown_score, mine.shown_max) == (mine.score, mine.max_score)


@given(REPORTS, st.floats(0, 1))
def test_lateness_takes_its_share_of_both_scores(checks, late):
    whole, part = points(*checks), points(*checks, late=late)
    assert part.score == pytest.approx(whole.score * late, abs=1e-6)
    assert part.shown_score == pytest.approx(whole.shown_score * late, abs=1e-6)


def test_the_cap_of_a_hidden_check_holds_down_the_score_but_not_what_is_shown():
    found = points(check("a"), check("b", "failed", visibility="hidden", cap=1.0))
    assert (found.score, found.max_score, found.cap) == (1.0, 8.0, 1.0)
    assert (found.shown_score, found.shown_max) == (4.0, 4.0)


def test_the_cap_of_a_public_check_holds_down_both():
    found = points(check("a"), check("b", "failed", cap=1.0), check("c", visibility="hidden"))
    assert (found.score, found.shown_score, found.shown_max) == (1.0, 1.0, 8.0)


def test_a_person_replaces_the_points_of_a_check():
    found = points(check("a"), check("b", "failed"), overrides={"b": 3.0})
    assert (found.score, found.shown_score) == (7.0, 7.0)
    assert [(line.given, line.override, line.points) for line in found.checks] == [(4.0, None, 4.0), (0.0, 3.0, 3.0)]


def test_a_check_given_in_full_by_a_person_caps_nothing_any_more_and_one_given_in_part_still_does():
    capped = (check("a", most=6.0), check("b", "failed", cap=2.0))
    assert points(*capped).score == 2.0
    assert points(*capped, overrides={"b": 4.0}).score == 10.0
    assert points(*capped, overrides={"b": 3.0}).score == 2.0


def test_a_person_replaces_the_whole_before_lateness_and_it_shows_only_with_everything():
    found = points(check("a"), check("b", "failed", visibility="hidden"), overrides={WHOLE: 6.0}, late=0.5)
    assert (found.score, found.shown_score, found.shown_max) == (3.0, 2.0, 4.0)
    assert points(check("a", "failed"), overrides={WHOLE: 3.0}).shown_score == 3.0


def test_a_written_answer_that_no_check_ran_for_counts_when_marked():
    assert points(check("a"), overrides={"explanation": 1.5}).score == 5.5


def test_nothing_graded_has_no_score_until_a_person_gives_one():
    assert scoring.points(None, 10.0, {}).score is None
    assert scoring.points(None, 10.0, {WHOLE: 4.0}).score == 4.0
