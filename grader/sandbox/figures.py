"""Keeps every figure a submission makes, as data, at the moments its author would have looked at it.

The moments (made, shown, saved, cleared, closed) come from the wraps of `figure_hooks`, which `install` puts in place
once per process. Reading draws nothing.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Self

from matplotlib._pylab_helpers import Gcf
from matplotlib.figure import Figure

from grader.sandbox import figure_reading
from grader.wire.messages import FigureData

MAX_FIGURES = 20
# Moments of one figure that are kept: the first ones and the last.
MAX_MOMENTS = 4
# Figures kept alive although the student's code let go of them.
MAX_HELD = 30
ALL_BYTES = 3 * 1024 * 1024
FIGURE_BYTES = 1024 * 1024
# Once this much is noted, later figures are noted coarsely.
PLENTY_BYTES = 8 * 1024 * 1024
LATER_FIGURE_BYTES = 64 * 1024

_numbers: weakref.WeakKeyDictionary[Figure, int] = weakref.WeakKeyDictionary()
_next_number = count(1)
# The wraps are process-wide, and so is what they report to.
_active: Recorder | None = None


class _Followed:
    """A figure, held until it is closed, and the last content noted of it."""

    def __init__(self, figure: Figure) -> None:
        if figure not in _numbers:
            _numbers[figure] = next(_next_number)
        self.number = _numbers[figure]
        self.figure: Figure | None = figure
        self.latest: FigureData | None = None


class Recorder:
    """Notes figures while it is active. A figure's `number` counts the figures of a child from 1."""

    def __init__(self, cell: Callable[[], int | None]) -> None:
        self.quiet = False
        self._cell = cell
        self._followed: weakref.WeakKeyDictionary[Figure, _Followed] = weakref.WeakKeyDictionary()
        self._held: list[_Followed] = []
        self._moments: list[FigureData] = []
        self._bytes = 0
        self._outer: Recorder | None = None

    def __enter__(self) -> Self:
        global _active
        self._outer, _active = _active, self
        for figure in open_figures():
            # Left by an earlier run: only what is drawn on it from now on is news.
            followed = self.follow(figure)
            held = figure_reading.read(figure, followed.number, "", None)
            followed.latest = None if held is None else figure_reading.content(held)
        return self

    def __exit__(self, *_: object) -> None:
        global _active
        _active, self._outer = self._outer, None

    def follow(self, figure: Figure) -> _Followed:
        """Starts to keep a figure, or finds it among the kept."""
        followed = self._followed.get(figure)
        if followed is None:
            followed = self._followed[figure] = _Followed(figure)
            self._held.append(followed)
            if len(self._held) > MAX_HELD:
                oldest = self._held[0]
                if oldest.figure is not None:
                    self.moment(oldest.figure, "end")
                self._let_go(oldest)
        return followed

    def moment(self, figure: Figure, event: str) -> None:
        """Notes what a figure holds now, unless nothing changed since its last moment."""
        followed = self.follow(figure)
        data = figure_reading.read(figure, followed.number, event, self._cell())
        if data is None or (event == "clear" and not figure_reading.holds_anything(data)):
            # Every new axes is cleared once before anything is on it.
            return
        data = figure_reading.within(data, FIGURE_BYTES if self._bytes < PLENTY_BYTES else LATER_FIGURE_BYTES)
        latest = figure_reading.content(data)
        if latest == followed.latest:
            return
        followed.latest = latest
        self._moments.append(data)
        self._bytes += figure_reading.size(data)
        self._drop_middle([at for at, one in enumerate(self._moments) if one.number == data.number], MAX_MOMENTS)
        self._drop_middle(list(range(len(self._moments))), 2 * MAX_FIGURES)

    def closed(self, figure: Figure) -> None:
        """Notes a figure as pyplot lets go of it, and lets go of it as well."""
        self.moment(figure, "close")
        self._let_go(self.follow(figure))

    def figures(self) -> tuple[FigureData, ...]:
        """All noted moments in order, and what each figure holds now where that is something else."""
        for figure in list(self._followed):
            self.moment(figure, "end")
        kept = list(self._moments)
        if len(kept) > MAX_FIGURES:
            kept = kept[: MAX_FIGURES // 2] + kept[-MAX_FIGURES // 2 :]
        share = FIGURE_BYTES
        while sum(map(figure_reading.size, kept)) > ALL_BYTES:
            share //= 2
            kept = [figure_reading.within(data, share) for data in kept]
        return tuple(kept)

    def _let_go(self, followed: _Followed) -> None:
        followed.figure = None
        if followed in self._held:
            self._held.remove(followed)

    def _drop_middle(self, places: list[int], most: int) -> None:
        if len(places) > most:
            self._bytes -= figure_reading.size(self._moments.pop(places[most // 2]))


def open_figures() -> list[Figure]:
    """The figures pyplot knows, oldest first."""
    return [manager.canvas.figure for manager in Gcf.get_all_fig_managers()]


def note(event: str, figures: Callable[[], Iterable[Any]]) -> None:
    """Notes a moment of some figures; event "" only begins to follow them. Never raises."""
    recorder = _active
    if recorder is None or recorder.quiet:
        return
    recorder.quiet = True
    try:
        for figure in figures():
            if not isinstance(figure, Figure):
                continue
            if event == "close":
                recorder.closed(figure)
            elif event:
                recorder.moment(figure, event)
            else:
                recorder.follow(figure)
    except Exception:  # noqa: BLE001, S110 - recording never raises into the student's code
        pass
    finally:
        recorder.quiet = False


@contextmanager
def quietly() -> Iterator[None]:
    """For the duration, nothing is a moment: clearing a figure clears its axes one by one."""
    recorder = _active
    if recorder is None or recorder.quiet:
        yield
        return
    recorder.quiet = True
    try:
        yield
    finally:
        recorder.quiet = False


def install() -> None:
    """Puts the wraps in place; a second call does nothing."""
    from grader.sandbox import figure_hooks

    figure_hooks.install()
