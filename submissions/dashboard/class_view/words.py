"""What checks, diagnoses and moments are called on the pages of a class, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal

from submissions.models.courses import Assignment
from submissions.portal import diagnoses
from submissions.portal.pages import BABEL_NAMES, Exercise, exercise_of
from submissions.web.language import locale

DAYS = {"en": "d MMM", "zh": "M月d日"}


@dataclass(frozen=True)
class Names:
    """The names of an assignment's checks and diagnoses. Where the pack can't be read they are their ids."""

    exercise: Exercise

    @classmethod
    def of(cls, assignment: Assignment) -> Names:
        """Those of an assignment's pack."""
        return cls(exercise_of(assignment))

    @property
    def checks(self) -> tuple[str, ...]:
        """The ids of the pack's checks that a machine decides, in their order."""
        pack = self.exercise.pack
        return tuple(check.name for check in pack.checks if not check.rubric) if pack is not None else ()

    @property
    def folder(self) -> Path | None:
        """Where the pack is."""
        return self.exercise.pack.path if self.exercise.pack is not None else None

    def check(self, name: str) -> str:
        """The title of a check."""
        pack = self.exercise.pack
        found = next((check for check in pack.checks if check.name == name), None) if pack is not None else None
        return found.title[locale()] if found is not None else name

    def mistake(self, code: str) -> str:
        """The headline of a diagnosis."""
        return diagnoses.title(code, self.folder, locale()) or code

    def explanation(self, code: str) -> tuple[str, str]:
        """What a student with this diagnosis is told, and what he is told to try."""
        return diagnoses.explanation(code, self.folder, locale())


def span(seconds: float) -> str:
    """A length of time: "3 hours", "2 days"."""
    return format_timedelta(round(seconds), threshold=1.5, locale=BABEL_NAMES[locale()])


def number(value: float) -> str:
    """A number with at most one digit behind the point."""
    return format_decimal(round(value, 1), locale=BABEL_NAMES[locale()])


def moment_label(unit: str, moment: datetime) -> str:
    """How a bar of an hour, a day or a week is labelled."""
    pattern = DAYS[locale()] + (" HH:mm" if unit == "hour" else "")
    return format_datetime(moment, pattern, tzinfo=moment.tzinfo, locale=BABEL_NAMES[locale()])
