"""Drawn curves and clouds as numbers, read from matplotlib's artists without drawing anything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from grader.sandbox.figure_legends import colour_of
from grader.wire.messages import Array, Series

# A curve may be drawn one point at a time, each point a series of its own.
MAX_SERIES = 1000
MAX_POINTS = 20_000
TEXT = 500
# A line of so many points in a collection is a curve of its own.
CURVE_POINTS = 8

Points = NDArray[np.float64]
_Reading = tuple[str, Points, str, bool]


def text(value: Any) -> str:
    """A text of the figure, cut to a sane length; "" for none."""
    # The plain string, whatever a subclass of the student's makes of slicing.
    return str.__getitem__(value, slice(TEXT)) if isinstance(value, str) else ""


def is_series(artist: Any) -> bool:
    """Whether an artist is drawn from points that are data."""
    return isinstance(artist, (Line2D, PathCollection, LineCollection))


def series_of(axes: Any, names: dict[int, tuple[str, ...]]) -> tuple[Series, ...]:
    """The series of one axes in drawing order; what can't be read is left out."""
    labels = dict(_container_labels(axes))
    found: list[Series] = []
    for artist in _some(list(filter(is_series, axes.get_children()))):
        try:
            label, known_as = labels.get(id(artist), ""), names.get(id(artist), ())
            readings = _read_in_space(artist) if axes.name == "3d" else _read(axes, artist)
            found += [_series(axes, artist, read, label, known_as) for read in readings]
        except Exception:  # noqa: BLE001, S112 - a half-broken artist; matplotlib could not draw it either
            continue
    return tuple(found)


def _some(artists: list[Any]) -> list[Any]:
    """At most MAX_SERIES of them, always the same, but no even stride: curves may take turns."""
    if len(artists) <= MAX_SERIES:
        return artists
    return [artists[at] for at in sorted(random.Random(0).sample(range(len(artists)), MAX_SERIES))]  # noqa: S311


def thinned(series: Series, points: int) -> Series:
    """At most so many points, evenly taken, the first and the last among them."""
    count = series.x.shape[0]
    if count <= points:
        return series
    pick = np.linspace(0, count - 1, points).round().astype(np.intp)
    x, y = (np.frombuffer(side.data, "<f8")[pick] for side in (series.x, series.y))
    return Series(series.kind, _array(x), _array(y), series.label, series.names, series.style, series.visible)


def _container_labels(axes: Any) -> Iterator[tuple[int, str]]:
    """What errorbar and stem are told to be called is kept by a container; it belongs to the line with the data."""
    for container in getattr(axes, "containers", []):
        label = container.get_label()
        carrier = next((child for child in container.get_children() if isinstance(child, Line2D)), None)
        if carrier is not None and isinstance(label, str):
            yield id(carrier), label


def _series(axes: Any, artist: Any, read: _Reading, container_label: str, names: tuple[str, ...]) -> Series:
    kind, points, style, drawn = read
    if len(points) > MAX_POINTS:
        points = points[np.linspace(0, len(points) - 1, MAX_POINTS).round().astype(np.intp)]
    label = artist.get_label()
    if not isinstance(label, str) or label.startswith("_"):
        label = container_label
    return Series(
        kind=kind,
        x=_array(points[:, 0]),
        y=_array(points[:, 1]),
        label="" if label.startswith("_") else text(label),
        names=tuple(map(text, names)),
        style=style[:60],
        visible=bool(drawn and artist.get_visible() and axes.get_visible() and artist.get_alpha() != 0),
    )


def _read(axes: Any, artist: Any) -> Iterator[_Reading]:
    """Kind, points in data units, style, and whether the style shows anything at all; of each curve of the artist."""
    colour = colour_of(artist) or "-"
    if isinstance(artist, Line2D):
        points = _in_data_units(axes, artist.get_transform(), np.asarray(artist.get_xydata(), np.float64))
        yield "line", points, *_style(artist)
    elif isinstance(artist, PathCollection):
        offsets = np.ma.filled(np.ma.asarray(artist.get_offsets(), np.float64), np.nan)
        yield "scatter", _in_data_units(axes, artist.get_offset_transform(), offsets), f"{colour} scatter", True
    else:
        for points in _segments(artist):
            yield "segments", _in_data_units(axes, artist.get_transform(), points), f"{colour} segments", True


def _read_in_space(artist: Any) -> Iterator[_Reading]:
    """The same of a line or a cloud in a 3-D axes: a curve over x for each other direction that it moves in."""
    if isinstance(artist, Line2D):
        kind, (style, drawn) = "line", _style(artist)
    elif isinstance(artist, PathCollection):
        kind, style, drawn = "scatter", f"{colour_of(artist) or '-'} scatter", True
    else:
        return
    in_space: Any = artist
    data = in_space.get_data_3d() if kind == "line" else in_space._offsets3d
    x, *sides = (np.ma.filled(np.ma.asarray(side, np.float64), np.nan).ravel() for side in data)
    for side in sides:
        if len(side) == len(x) and len(side) and np.nanmin(side) != np.nanmax(side):
            yield kind, np.column_stack((x, side)), style, drawn


def _style(line: Line2D) -> tuple[str, bool]:
    colour = colour_of(line) or "-"
    dashes, marker = (_none_as_empty(part) for part in (line.get_linestyle(), line.get_marker()))
    return " ".join(part for part in (colour, dashes, marker) if part), bool(dashes or marker)


def _segments(collection: LineCollection) -> list[Points]:
    """Each curve of a collection of curves; else all segments one after another, a row of NaN between two."""
    paths = [np.ma.filled(np.ma.asarray(path.vertices, np.float64), np.nan) for path in collection.get_paths()]
    if paths and min(map(len, paths)) >= CURVE_POINTS:
        return paths[:MAX_SERIES]
    gap = np.full((1, 2), np.nan)
    rows = [row for path in paths[:MAX_POINTS] for row in (path, gap)]
    return [np.concatenate(rows[:-1]) if rows else np.empty((0, 2))]


def _in_data_units(axes: Any, transform: Any, points: Points) -> Points:
    """Points drawn in other units than the data's (axhline, transAxes) where they lie in the data's units."""
    if transform is axes.transData or not len(points):
        return points
    moved: Points = np.asarray(axes.transData.inverted().transform(transform.transform(points)), np.float64)
    return moved


def _none_as_empty(part: Any) -> str:
    shown = str(part)
    return "" if shown.strip() in {"", "None", "none"} else shown


def _array(values: NDArray[Any]) -> Array:
    values = np.ascontiguousarray(values, "<f8")
    return Array("float64", values.shape, values.tobytes())
