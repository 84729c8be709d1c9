"""Which artist a legend entry names: matplotlib forgets it once the legend is built."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from matplotlib import colors
from matplotlib.artist import Artist
from matplotlib.legend import Legend

_ENTRIES = "_recorded_entries"


def _wrap_init(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def __init__(self: Legend, parent: Any, handles: Any, labels: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        if isinstance(handles, Iterable) and isinstance(labels, Iterable):
            handles, labels = list(handles), list(labels)
        original(self, parent, handles, labels, *args, **kwargs)
        try:
            pairs = list(zip(handles, labels, strict=False))
            setattr(self, _ENTRIES, pairs[::-1] if kwargs.get("reverse") else pairs)
        except Exception:  # noqa: BLE001, S110 - the legend stands; only its names are not known
            pass

    return __init__


def install() -> None:
    """Makes each legend built from now on remember its handles."""
    if not hasattr(Legend.__init__, "__wrapped__"):
        Legend.__init__ = _wrap_init(Legend.__init__)  # type: ignore[method-assign]


def texts(legend: Legend) -> list[str]:
    """The entries as they can be read now."""
    return [text.get_text() for text in legend.get_texts()]


def entries(legend: Legend) -> Iterator[tuple[Any, str]]:
    """Each entry's handle with its text. A text set after the legend was built wins over the label."""
    pairs = getattr(legend, _ENTRIES, [])
    shown = iter(texts(legend))
    for (handle, label), drawn in zip(pairs, legend.legend_handles, strict=False):
        # A handle that matplotlib can't draw has no text either.
        if drawn is not None:
            yield handle, next(shown, str(label))


def _parts(handle: Any) -> Iterator[Any]:
    """The artists a handle stands for: itself, or the members of a container or tuple."""
    if isinstance(handle, Artist):
        yield handle
    elif isinstance(handle, (tuple, list)):
        for member in handle:
            yield from _parts(member)


def colour_of(artist: Any) -> str | None:
    """The colour an artist shows most of, as "#rrggbb"; None when it has several or none."""
    for getter in ("get_color", "get_facecolor", "get_edgecolor"):
        try:
            colour = getattr(artist, getter)()
            if not isinstance(colour, str) and getattr(colour, "ndim", 1) == 2:
                if len(colour) != 1:
                    continue
                colour = colour[0]
            return colors.to_hex(colour)
        except Exception:  # noqa: BLE001, S112 - the next getter may know
            continue
    return None


def names_by_artist(legends: Iterable[tuple[Legend, list[Any]]]) -> dict[int, tuple[str, ...]]:
    """Legend entries by the id() of the artist they point at.

    Each legend comes with the artists it may speak of. A handle that is none of them was made for the legend alone:
    it names the one artist of its colour.
    """
    found: dict[int, list[str]] = {}
    for legend, artists in legends:
        known = {id(artist) for artist in artists}
        for handle, text in entries(legend):
            parts = [part for part in _parts(handle) if id(part) in known] or _of_colour(handle, artists)
            for part in parts:
                names = found.setdefault(id(part), [])
                if text not in names:
                    names.append(text)
    return {artist: tuple(names) for artist, names in found.items()}


def _of_colour(handle: Any, artists: list[Any]) -> list[Any]:
    wanted = next((colour_of(part) for part in _parts(handle)), None)
    if wanted is None:
        return []
    same = [artist for artist in artists if colour_of(artist) == wanted]
    return same if len(same) == 1 else []
