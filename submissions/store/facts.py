"""What a student's graded attempts at an assignment tell, and what that adds to the tallies of the class. Pure.

Subjects of a tally and their buckets:

    submitted, passing, full      "students"
    score                         "0" to "9": the tenth of the full score that counts; "10": full marks
    attempts_to_full              "1" to "9" and "10+": graded attempts up to the first with full marks
    activity                      the hour of submitting in UTC, as 2026-11-24T09
    late                          "submissions"
    check_first:<check>           the verdict of a student's first graded attempt
    check_latest:<check>          that of his latest
    mistake:<check>:<code>        "students" who ever got this diagnosis, and with whom it is still "open"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

# The share of the full score from which on a student is said to pass.
PASSING = 0.6
TENTHS = 10
MOST_ATTEMPTS = 10
STUDENTS, OPEN, SUBMISSIONS = "students", "open", "submissions"
# Verdicts of a check that say nothing about what the student did there.
_SILENT = ("passed", "skipped", "broken")

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Seen:
    """One check in one published grading."""

    name: str
    verdict: str
    diagnosis: str | None


@dataclass(frozen=True)
class Attempt:
    """A submission that has ended. `checks` is empty unless it was graded."""

    submission_id: int
    state: str
    submitted_at: datetime
    late: bool
    score: float | None
    max_score: float | None
    checks: Sequence[Seen] = ()

    @property
    def is_full(self) -> bool:
        """All points there are."""
        return bool(self.max_score) and (self.score or 0.0) >= (self.max_score or 0.0)


@dataclass(frozen=True)
class CheckFacts:
    """The columns of a `StudentCheck`."""

    first_verdict: str
    latest_verdict: str
    attempts: int
    attempts_to_pass: int | None


@dataclass(frozen=True)
class MistakeFacts:
    """The columns of a `StudentMistake`."""

    first_submission_id: int
    last_submission_id: int
    first_at: datetime
    times: int
    streak: int
    overcome_at: datetime | None
    overcome_after: int | None


@dataclass(frozen=True)
class Facts:
    """All that is kept about a student in an assignment."""

    checks: Mapping[str, CheckFacts]
    mistakes: Mapping[tuple[str, str], MistakeFacts]
    counts: Counts


def facts(attempts: Sequence[Attempt], counted: int | None) -> Facts:
    """From somebody's ended attempts in their order. `counted`: the id of the submission whose score counts."""
    graded = [attempt for attempt in attempts if attempt.state == "graded"]
    by_check = _by_check(graded)
    checks = {name: _check(seen) for name, seen in by_check.items()}
    mistakes: dict[tuple[str, str], MistakeFacts] = {}
    for name, seen in by_check.items():
        for code in dict.fromkeys(code for _, _, code in seen if code is not None):
            mistakes[name, code] = _mistake(seen, code)
    return Facts(checks, mistakes, _counts(attempts, graded, counted) | _class_counts(checks, mistakes))


# One check through the attempts: the attempt, the verdict, the code if the check told of a mistake.
_Course = list[tuple[Attempt, str, str | None]]


def _by_check(graded: Sequence[Attempt]) -> dict[str, _Course]:
    found: dict[str, _Course] = {}
    for attempt in graded:
        for seen in attempt.checks:
            code = seen.diagnosis if seen.verdict not in _SILENT else None
            found.setdefault(seen.name, []).append((attempt, seen.verdict, code))
    return found


def _check(course: _Course) -> CheckFacts:
    verdicts = [verdict for _, verdict, _ in course]
    passed = verdicts.index("passed") + 1 if "passed" in verdicts else None
    return CheckFacts(verdicts[0], verdicts[-1], len(verdicts), passed)


def _mistake(course: _Course, code: str) -> MistakeFacts:
    made = [place for place, (_, _, found) in enumerate(course) if found == code]
    first, last = made[0], made[-1]
    passed = next((place for place in range(last + 1, len(course)) if course[place][1] == "passed"), None)
    streak = 0
    while streak < len(made) and made[-1 - streak] == len(course) - 1 - streak:
        streak += 1
    return MistakeFacts(
        first_submission_id=course[first][0].submission_id,
        last_submission_id=course[last][0].submission_id,
        first_at=course[first][0].submitted_at,
        times=len(made),
        streak=streak,
        overcome_at=course[passed][0].submitted_at if passed is not None else None,
        overcome_after=passed - first if passed is not None else None,
    )


def _counts(attempts: Sequence[Attempt], graded: Sequence[Attempt], counted: int | None) -> Counts:
    if not attempts:
        return {}
    found: Counts = {"submitted": {STUDENTS: 1}, "activity": {}}
    for attempt in attempts:
        hour = attempt.submitted_at.astimezone(UTC).strftime("%Y-%m-%dT%H")
        found["activity"][hour] = found["activity"].get(hour, 0) + 1
    late = sum(attempt.late for attempt in attempts)
    if late:
        found["late"] = {SUBMISSIONS: late}
    chosen = next((attempt for attempt in attempts if attempt.submission_id == counted), None)
    if chosen is not None and chosen.score is not None and chosen.max_score:
        found |= _score_counts(chosen.score / chosen.max_score)
    full = next((number for number, attempt in enumerate(graded, 1) if attempt.is_full), None)
    if full is not None:
        found["attempts_to_full"] = {str(full) if full < MOST_ATTEMPTS else f"{MOST_ATTEMPTS}+": 1}
    return found


def _score_counts(share: float) -> Counts:
    # Points are rounded to six digits, so 0.6 of the points may be a hair less.
    share = round(share, 7)
    found: Counts = {"score": {str(max(0, min(TENTHS, int(share * TENTHS + 1e-9)))): 1}}
    if share >= PASSING:
        found["passing"] = {STUDENTS: 1}
    if share >= 1.0:
        found["full"] = {STUDENTS: 1}
    return found


def _class_counts(checks: Mapping[str, CheckFacts], mistakes: Mapping[tuple[str, str], MistakeFacts]) -> Counts:
    found: Counts = {}
    for name, check in checks.items():
        found[f"check_first:{name}"] = {check.first_verdict: 1}
        found[f"check_latest:{name}"] = {check.latest_verdict: 1}
    for (name, code), mistake in mistakes.items():
        buckets = {STUDENTS: 1} | ({OPEN: 1} if mistake.overcome_at is None else {})
        found[f"mistake:{name}:{code}"] = buckets
    return found
