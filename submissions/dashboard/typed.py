"""What staff type into forms: numbers, moments and words, read with the care that scores need."""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo

REASON_CHARACTERS = 2000


def words(value: str | None, most: int = REASON_CHARACTERS) -> str:
    """A text of one or more lines, as it is stored."""
    return (value or "").replace("\r\n", "\n").replace("\0", "").strip()[:most]


def number(value: str | None, least: float, most: float) -> float | None:
    """A number between two bounds, with a point or a comma; None for anything else."""
    try:
        found = float((value or "").strip().replace(",", ".").replace("，", ".").replace("−", "-"))
    except ValueError:
        return None
    return found if math.isfinite(found) and least <= found <= most else None


def whole_number(value: str | None, most: int = 2**31 - 1) -> int | None:
    """A whole number from 0 on; None for anything else."""
    found = (value or "").strip()
    return int(found) if found.isascii() and found.isdigit() and len(found) < 12 and int(found) <= most else None


def moment(value: str | None, zone: tzinfo) -> datetime | None:
    """A moment as <input type="datetime-local"> sends it, by the clock of the course; None for anything else."""
    try:
        found = datetime.fromisoformat((value or "").strip())
        local = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
