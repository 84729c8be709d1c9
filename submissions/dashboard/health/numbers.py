"""The numbers of the page, from rows: nothing here asks the database or knows a page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from submissions.store.health import HOUR, LastHour, percentile

BARS = 12
RECENT = timedelta(minutes=5)
CHART_HEIGHT = 120
BAR_WIDTH = 40
GAP = 8


@dataclass(frozen=True)
class Bar:
    """Gradings that ended in some minutes. x, y, width and height: of its rectangle."""

    begin: datetime
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Pace:
    """How fast it goes. p50, p95: seconds, None where nothing was graded."""

    p50: float | None
    p95: float | None
    longest: float | None
    a_minute: float
    in_hour: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Disk:
    """The file system that holds the data folder, in bytes."""

    total: int
    free: int

    @property
    def used_share(self) -> float:
        """How much of it is taken."""
        return 1 - self.free / self.total if self.total else 0.0


def pace_of(hour: LastHour, now: datetime) -> Pace:
    """Waits and throughput of the last hour."""
    recent = sum(now - end <= RECENT for end in hour.ends)
    return Pace(
        p50=percentile(hour.waits, 0.5),
        p95=percentile(hour.waits, 0.95),
        longest=hour.waits[-1] if hour.waits else None,
        a_minute=recent / (RECENT.total_seconds() / 60),
        in_hour=len(hour.ends),
        bars=bars(hour.ends, now),
    )


def bars(ends: Sequence[datetime], now: datetime) -> tuple[Bar, ...]:
    """The last hour in equal parts, the oldest first."""
    part = HOUR / BARS
    counts = [0] * BARS
    for end in ends:
        counts[max(0, BARS - 1 - int(max(timedelta(0), now - end) / part))] += 1
    most = max(*counts, 1)
    made = []
    for number, count in enumerate(counts):
        height = round(CHART_HEIGHT * count / most, 1)
        x = number * (BAR_WIDTH + GAP)
        made.append(Bar(now - HOUR + part * number, count, x, CHART_HEIGHT - height, BAR_WIDTH, height))
    return tuple(made)


def disk_of(folder: Path) -> Disk | None:
    """The space where the data folder is; None where there is no such folder on this machine."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    return Disk(found.total, found.free)
