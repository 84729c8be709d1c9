"""Hours in UTC as the tallies keep them, put together for a reader in his own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo

# Up to so many days each hour has its bar, up to so many each day; beyond that each week.
HOURLY_DAYS, DAILY_DAYS = 2, 60


def activity(counts: Mapping[str, int], zone: tzinfo) -> tuple[str, list[tuple[datetime, int]]]:
    """("hour" | "day" | "week", a moment and a number for each, without gaps)."""
    hours = {datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC): count for hour, count in counts.items()}
    if not hours:
        return "day", []
    first, last = min(hours), max(hours)
    if last - first < timedelta(days=HOURLY_DAYS):
        many = (last - first) // timedelta(hours=1) + 1
        steps = [first + timedelta(hours=place) for place in range(many)]
        return "hour", [(step.astimezone(zone), hours.get(step, 0)) for step in steps]
    days: dict[date, int] = {}
    for hour, count in hours.items():
        day = hour.astimezone(zone).date()
        days[day] = days.get(day, 0) + count
    begin, end = min(days), max(days)
    width = 1 if (end - begin).days < DAILY_DAYS else 7
    if width > 1:
        begin -= timedelta(days=begin.weekday())
    found = []
    while begin <= end:
        total = sum(days.get(begin + timedelta(days=offset), 0) for offset in range(width))
        found.append((datetime(begin.year, begin.month, begin.day, tzinfo=zone), total))
        begin += timedelta(days=width)
    return ("day" if width == 1 else "week"), found
