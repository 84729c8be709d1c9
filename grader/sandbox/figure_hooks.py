"""The moments of a figure: wraps around matplotlib's functions that make, show, save, clear and close one.

Each keeps the name, signature and value of what it wraps. Showing never opens a window, never waits and never warns;
a figure that was shown is closed afterwards, as closing its window, or a notebook, does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
from matplotlib._pylab_helpers import Gcf
from matplotlib.axes._base import _AxesBase
from matplotlib.figure import Figure, FigureBase

from grader.sandbox import figure_legends
from grader.sandbox.figures import note, open_figures, quietly


def _new(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def __init__(self: Figure, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        original(self, *args, **kwargs)
        note("", lambda: [self])

    return __init__


def _savefig(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def savefig(self: Figure, *args: Any, **kwargs: Any) -> Any:
        # Before, not after: a figure that could not be written was drawn all the same.
        note("savefig", lambda: [self])
        with quietly():
            return original(self, *args, **kwargs)

    return savefig


def _figure_show(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def show(self: Figure, *args: Any, **kwargs: Any) -> Any:
        note("show", lambda: [self])
        # A figure that pyplot never knew can't be shown, and says so.
        return None if hasattr(self, "number") else original(self, *args, **kwargs)

    return show


def _show(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def show(*args: Any, **kwargs: Any) -> None:
        note("show", open_figures)
        block = kwargs.get("block", args[0] if args else None)
        if block or (block is None and not plt.isinteractive()):
            before = open_figures()
            Gcf.destroy_all()
            note("close", lambda: before)

    return show


def _pause(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def pause(interval: float) -> None:  # noqa: ARG001 - there is no window to wait for
        note("show", open_figures)

    return pause


def _close(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def close(*args: Any, **kwargs: Any) -> Any:
        before = open_figures()
        try:
            return original(*args, **kwargs)
        finally:
            left = set(map(id, open_figures()))
            note("close", lambda: [figure for figure in before if id(figure) not in left])

    return close


def _clear(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def clear(self: Figure, *args: Any, **kwargs: Any) -> Any:
        # A figure is also cleared while it is being made.
        note("clear", lambda: [self] if self.axes or self.texts else [])
        with quietly():
            return original(self, *args, **kwargs)

    return clear


def _figure_of(axes: Any) -> list[Any]:
    """The whole figure an axes is on, if something is drawn on the axes."""
    return [axes.get_figure(root=True)] if getattr(axes, "_children", None) else []


def _clear_axes(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def clear(self: Any, *args: Any, **kwargs: Any) -> Any:
        note("clear", lambda: _figure_of(self))
        return original(self, *args, **kwargs)

    return clear


def _remove_axes(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def delaxes(self: Any, ax: Any) -> Any:
        note("clear", lambda: _figure_of(ax))
        return original(self, ax)

    return delaxes


_WRAPS: list[tuple[Any, str, Callable[[Any], Any]]] = [
    (Figure, "__init__", _new),
    (Figure, "savefig", _savefig),
    (Figure, "show", _figure_show),
    (Figure, "clear", _clear),
    (FigureBase, "delaxes", _remove_axes),
    (_AxesBase, "clear", _clear_axes),
    (plt, "show", _show),
    (plt, "pause", _pause),
    (plt, "close", _close),
]


def install() -> None:
    """Puts the wraps in place; a second call does nothing."""
    figure_legends.install()
    if getattr(plt, "_grader_sees", False):
        return
    for owner, name, wrap in _WRAPS:
        setattr(owner, name, wrap(getattr(owner, name)))
    plt._grader_sees = True  # type: ignore[attr-defined]
