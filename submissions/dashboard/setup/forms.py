"""What an instructor types about a course and its assignments, looked at before anything is written.

Moments are typed by the course's own clock, without a zone; what was not touched stays as it is to the microsecond.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from submissions.models.courses import Assignment
from submissions.texts import one_line

TITLE_CHARACTERS = 190
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_CHARACTERS = 64
# Addresses below /courses/ that are no course's.
TAKEN_SLUGS = frozenset({"new"})
LATE_POLICIES, COUNTS = ("none", "accept", "deduct"), ("best", "last")
DATES = ("opens_at", "due_at", "late_until", "results_open_at")
MOST_ATTEMPTS, MOST_COOLDOWN, MOST_POSITION = 1000, 86400, 9999


@dataclass(frozen=True)
class Form:
    """A form as sent: what was typed, what it means, and the keys of what is wrong with it, by field."""

    typed: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def read_course(values: Mapping[str, str], *, with_slug: bool) -> Form:
    """Titles, time zone, and for a new course its name in addresses."""
    names = ("title_en", "title_zh", "timezone", *(("slug",) if with_slug else ()))
    typed = {name: one_line(values.get(name, "")[:1000]) for name in names}
    errors = {name: "setup.wrong_title" for name in ("title_en", "title_zh") if not 0 < len(typed[name]) <= 190}
    if typed["timezone"] not in available_timezones():
        errors["timezone"] = "setup.wrong_zone"
    if with_slug and not is_slug(typed["slug"]):
        errors["slug"] = "setup.wrong_slug"
    return Form(typed, typed, errors)


def is_slug(slug: str) -> bool:
    """Whether a course could be called so in addresses."""
    return bool(SLUG.fullmatch(slug)) and len(slug) <= SLUG_CHARACTERS and slug not in TAKEN_SLUGS


def read_day(words: str) -> date | None:
    """A day as a date field sends it."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


# ---------------------------------------------------------------------------------------------- assignments


def written(assignment: Assignment, zone: str) -> dict[str, str]:
    """An assignment's rules as the fields of its form show them."""
    shown = {name: wall(getattr(assignment, name), zone) for name in DATES}
    return shown | {
        "track": assignment.track,
        "position": str(assignment.position),
        "late_policy": assignment.late_policy,
        "late_percent": f"{assignment.late_percent:g}",
        "attempt_limit": "" if assignment.attempt_limit is None else str(assignment.attempt_limit),
        "cooldown_seconds": str(assignment.cooldown_seconds),
        "counts": assignment.counts,
    }


def wall(moment: datetime | None, zone: str) -> str:
    """A moment by the clock of `zone`, as a field of a form takes it."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def read_moment(words: str, zone: str) -> datetime | None:
    """What was typed by the clock of `zone`; None for nothing. A ValueError for anything else."""
    if not words:
        return None
    moment = datetime.fromisoformat(words)
    if moment.tzinfo is not None or not 2000 <= moment.year <= 2200:
        raise ValueError(words)
    return moment.replace(tzinfo=ZoneInfo(zone))


def read_rules(values: Mapping[str, str], present: Assignment, zone: str) -> Form:
    """The rules of an assignment. `present`: as they are."""
    before = written(present, zone)
    typed = {name: values.get(name, "").strip()[:64] for name in before}
    read: dict[str, Any] = {"track": typed["track"], "late_policy": typed["late_policy"], "counts": typed["counts"]}
    errors: dict[str, str] = {}
    for name in DATES:
        _read_date(name, typed, before, present, zone, read, errors)
    _read_numbers(typed, read, errors)
    if typed["track"] and not is_slug(typed["track"]):
        errors["track"] = "setup.wrong_track"
    if typed["late_policy"] not in LATE_POLICIES or typed["counts"] not in COUNTS:
        errors["late_policy"] = "setup.wrong_choice"
    if not errors:
        errors |= _contradictions(read)
    return Form(typed, read, errors)


def _read_date(
    name: str, typed: Mapping[str, str], before: Mapping[str, str], present: Assignment, zone: str,
    read: dict[str, Any], errors: dict[str, str],
) -> None:  # fmt: skip
    if typed[name] == before[name]:
        read[name] = getattr(present, name)
        return
    try:
        read[name] = read_moment(typed[name], zone)
    except ValueError:
        errors[name] = "setup.wrong_date"


def _read_numbers(typed: Mapping[str, str], read: dict[str, Any], errors: dict[str, str]) -> None:
    bounds = {
        "position": (0, MOST_POSITION),
        "cooldown_seconds": (0, MOST_COOLDOWN),
        "attempt_limit": (1, MOST_ATTEMPTS),
    }
    for name, (least, most) in bounds.items():
        words = typed[name]
        if not words:
            read[name] = None if name == "attempt_limit" else 0
        elif words.isascii() and words.isdigit() and least <= int(words) <= most:
            read[name] = int(words)
        else:
            errors[name] = "setup.wrong_number"
    try:
        read["late_percent"] = float(typed["late_percent"] or 0)
    except ValueError:
        read["late_percent"] = -1.0
    if not 0 <= read["late_percent"] <= 100:
        errors["late_percent"] = "setup.wrong_percent"


def _contradictions(read: dict[str, Any]) -> dict[str, str]:
    """What the rules can't be together."""
    opens, due, until = read["opens_at"], read["due_at"], read["late_until"]
    if opens is not None and due is not None and due <= opens:
        return {"due_at": "setup.due_before_opening"}
    if read["late_policy"] != "none" and due is None:
        return {"late_policy": "setup.late_without_due"}
    if until is not None and (read["late_policy"] == "none" or until <= due):
        return {"late_until": "setup.wrong_late_until"}
    if read["late_policy"] == "deduct" and not read["late_percent"]:
        return {"late_percent": "setup.nothing_deducted"}
    return {}
