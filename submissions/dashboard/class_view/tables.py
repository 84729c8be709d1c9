"""The tables of a class as files: heads and rows, with ids beside the words so that a program can read them too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from submissions.dashboard.class_view import present
from submissions.dashboard.class_view.present import MistakeRow, StuckRow, Summary
from submissions.dashboard.class_view.times import activity
from submissions.dashboard.class_view.words import Names
from submissions.store.class_view import Trial, Trouble
from submissions.store.facts import Counts
from submissions.web.language import t

Rows = list[tuple[object, ...]]
Table = tuple[list[str], Rows]


@dataclass(frozen=True)
class Data:
    """What the tables of an assignment are made of."""

    counts: Counts
    names: Names
    stuck: Sequence[StuckRow]
    zone: tzinfo


def overview_table(cards: Iterable[tuple[str, Summary, MistakeRow | None, Names]]) -> Table:
    """The assignments of a course."""
    heads = "assignment enrolled submitted passing full stuck commonest".split()
    rows: Rows = [
        (
            title, found.enrolled, found.submitted, found.passing, found.full, found.stuck,
            names.mistake(worst.code) if worst is not None else None,
        )
        for title, found, worst, names in cards
    ]  # fmt: skip
    return _heads(heads), rows


def trial_table(trials: Iterable[Trial]) -> Table:
    """The students at a check."""
    heads = _heads("login name first_verdict latest_verdict attempts attempts_to_pass".split())
    rows: Rows = [
        (
            trial.person.login, trial.person.name, t(f"portal.verdict_{trial.first_verdict}"),
            t(f"portal.verdict_{trial.latest_verdict}"), trial.attempts, trial.attempts_to_pass,
        )
        for trial in trials
    ]  # fmt: skip
    return heads, rows


def mistake_table(troubles: Iterable[Trouble], names: Names) -> Table:
    """The students with a mistake."""
    heads = _heads("login name check times first_seen overcome took_attempts took_hours".split())
    rows: Rows = [
        (
            row.person.login, row.person.name, names.check(row.check_name), row.times, _iso(row.first_at),
            _iso(row.overcome_at), row.overcome_after, _hours(row),
        )
        for row in troubles
    ]  # fmt: skip
    return heads, rows


def _hours(row: Trouble) -> float | None:
    return round((row.overcome_at - row.first_at).total_seconds() / 3600, 2) if row.overcome_at is not None else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None


def _scores(data: Data) -> Table:
    return _heads(["score", "students"]), [*present.score_counts(data.counts)]


def _attempts(data: Data) -> Table:
    return _heads(["attempts", "students"]), [*present.attempt_counts(data.counts)]


def _activity(data: Data) -> Table:
    unit, moments = activity(data.counts.get("activity", {}), data.zone)
    return _heads([unit, "submissions"]), [(_iso(moment), count) for moment, count in moments]


def _checks(data: Data) -> Table:
    rows: Rows = [
        (row.name, data.names.check(row.name), row.first.passed, row.first.of, row.latest.passed, row.latest.of)
        for row in present.check_rows(data.counts, data.names.checks)
    ]
    return _heads("check_id check passed_first graded_first passed_latest graded_latest".split()), rows


def _mistakes(data: Data) -> Table:
    rows: Rows = [
        (row.code, data.names.mistake(row.code), "; ".join(map(data.names.check, row.checks)), row.students, row.open)
        for row in present.mistake_rows(data.counts)
    ]
    return _heads("code mistake checks students open".split()), rows


def _stuck(data: Data) -> Table:
    rows: Rows = [
        (
            row.trouble.person.login, row.trouble.person.name, data.names.check(row.trouble.check_name),
            data.names.mistake(row.trouble.code), row.trouble.streak, "; ".join(map(data.names.check, row.others)),
        )
        for row in data.stuck
    ]  # fmt: skip
    return _heads("login name check mistake in_a_row also_at".split()), rows


def _heads(names: Iterable[str]) -> list[str]:
    return [t(f"classview.column_{name}") for name in names]


TABLES: Mapping[str, Callable[[Data], Table]] = {
    "scores": _scores,
    "attempts": _attempts,
    "activity": _activity,
    "checks": _checks,
    "mistakes": _mistakes,
    "stuck": _stuck,
}
