"""From the tallies of a class to the rows that a page or a file shows. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from submissions.store.class_view import Passage, Trouble
from submissions.store.facts import MOST_ATTEMPTS, OPEN, STUDENTS, SUBMISSIONS, TENTHS, Counts

_MISTAKE, _FIRST, _LATEST = "mistake:", "check_first:", "check_latest:"
# A check that broke is our fault and says nothing about a student.
_OURS = "broken"


@dataclass(frozen=True)
class Summary:
    """An assignment in a few numbers. middle: the tenth in which the student in the middle is, None without any."""

    enrolled: int
    submitted: int
    passing: int
    full: int
    late: int
    stuck: int
    middle: int | None


@dataclass(frozen=True)
class Rate:
    """So many of so many."""

    passed: int
    of: int

    @property
    def percent(self) -> int | None:
        """In whole percents; None of nothing."""
        return round(100 * self.passed / self.of) if self.of else None


@dataclass(frozen=True)
class CheckRow:
    """A check: how many passed it at first, and how many at last."""

    name: str
    first: Rate
    latest: Rate


@dataclass(frozen=True)
class MistakeRow:
    """A diagnosis: how many students ever got it, at which checks, and with how many it is open.

    A student who got it at several checks counts at each of them; `students` is the most of one check.
    """

    code: str
    checks: tuple[str, ...]
    students: int
    open: int

    @property
    def overcome(self) -> int:
        """How many got over it."""
        return self.students - self.open


@dataclass(frozen=True)
class StuckRow:
    """A student with what he has been stuck at the longest, and the other checks he is stuck at."""

    trouble: Trouble
    others: tuple[str, ...]


def one(counts: Counts, subject: str, bucket: str = STUDENTS) -> int:
    """A single tally."""
    return counts.get(subject, {}).get(bucket, 0)


def summary(counts: Counts, enrolled: int, stuck: int) -> Summary:
    """The numbers at the head of the page."""
    return Summary(
        enrolled=enrolled,
        submitted=one(counts, "submitted"),
        passing=one(counts, "passing"),
        full=one(counts, "full"),
        late=one(counts, "late", SUBMISSIONS),
        stuck=stuck,
        middle=_middle(counts.get("score", {})),
    )


def _middle(scores: Mapping[str, int]) -> int | None:
    every = sorted((int(tenth), count) for tenth, count in scores.items())
    half = sum(count for _, count in every) / 2
    passed = 0
    for tenth, count in every:
        passed += count
        if passed >= half:
            return tenth
    return None


def score_counts(counts: Counts) -> list[tuple[str, int]]:
    """From "0–9 %" to full marks."""
    scores = counts.get("score", {})
    labels = [f"{10 * tenth}–{10 * tenth + 9}%" for tenth in range(TENTHS)] + ["100%"]
    return [(label, scores.get(str(tenth), 0)) for tenth, label in enumerate(labels)]


def attempt_counts(counts: Counts) -> list[tuple[str, int]]:
    """Attempts to full marks: 1 to 9, and 10 or more."""
    found = counts.get("attempts_to_full", {})
    return [(label, found.get(label, 0)) for label in [*map(str, range(1, MOST_ATTEMPTS)), f"{MOST_ATTEMPTS}+"]]


def check_rows(counts: Counts, order: Sequence[str]) -> list[CheckRow]:
    """The checks of the pack in its order, then those that it no longer has."""
    known = [subject.removeprefix(_LATEST) for subject in counts if subject.startswith(_LATEST)]
    names = [*order, *sorted(set(known) - set(order))]
    return [check_row(counts, name) for name in names]


def check_row(counts: Counts, name: str) -> CheckRow:
    """One of them."""
    return CheckRow(name, _rate(counts, _FIRST + name), _rate(counts, _LATEST + name))


def verdicts(counts: Counts, name: str) -> list[tuple[str, int, int]]:
    """Each verdict of a check with its number among the first and the latest attempts, the commonest first."""
    first, latest = counts.get(_FIRST + name, {}), counts.get(_LATEST + name, {})
    found = [(verdict, first.get(verdict, 0), latest.get(verdict, 0)) for verdict in {*first, *latest}]
    return sorted(found, key=lambda row: (-row[2], -row[1], row[0]))


def _rate(counts: Counts, subject: str) -> Rate:
    found = counts.get(subject, {})
    return Rate(found.get("passed", 0), sum(count for verdict, count in found.items() if verdict != _OURS))


def unpassed(counts: Counts, name: str) -> int:
    """How many have not passed a check at their latest attempt."""
    return sum(count for verdict, count in counts.get(_LATEST + name, {}).items() if verdict != "passed")


def mistake_rows(counts: Counts, check: str | None = None) -> list[MistakeRow]:
    """Diagnoses, those first that most students got; `check`: those of one check alone."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for subject, buckets in counts.items():
        if subject.startswith(_MISTAKE):
            name, _, code = subject.removeprefix(_MISTAKE).rpartition(":")
            if check in (None, name):
                found.setdefault(code, []).append((name, buckets.get(STUDENTS, 0), buckets.get(OPEN, 0)))
    rows = []
    for code, at in found.items():
        names = tuple(name for name, _, _ in sorted(at, key=lambda row: (-row[1], row[0])))
        rows.append(MistakeRow(code, names, max(students for _, students, _ in at), max(still for _, _, still in at)))
    return sorted(rows, key=lambda row: (-row.students, -row.open, row.code))


def stuck_rows(troubles: Sequence[Trouble]) -> list[StuckRow]:
    """A row for each student; `troubles` with the longest first."""
    found: dict[int, list[Trouble]] = {}
    for trouble in troubles:
        found.setdefault(trouble.person.id, []).append(trouble)
    return [StuckRow(first, tuple(other.check_name for other in others)) for first, *others in found.values()]


def middle_seconds(ways: Sequence[Passage]) -> float | None:
    """The median of the time from the first submission with a mistake to the one that got over it."""
    spans = [(row.overcome_at - row.first_at).total_seconds() for row in ways if row.overcome_at is not None]
    return statistics.median(spans) if spans else None


def middle_attempts(ways: Sequence[Passage]) -> float | None:
    """The median of the attempts that it took."""
    spans = [row.overcome_after for row in ways if row.overcome_after is not None]
    return statistics.median(spans) if spans else None
