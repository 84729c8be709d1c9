"""One figure as data: axes, series, texts and legends. Reading draws nothing and changes nothing a student can see."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

from grader.sandbox import figure_legends
from grader.sandbox.figure_series import is_series, series_of, text, thinned
from grader.wire.messages import AxesData, FigureData

MAX_AXES = 32
MAX_TEXTS = 64


def read(figure: Figure, number: int, event: str, cell: int | None) -> FigureData | None:
    """What the figure holds now; None when it can't be read at all."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return _read(figure, number, event, cell)
    except Exception:  # noqa: BLE001 - recording never raises into the student's code
        return None


def size(data: FigureData) -> int:
    """Bytes of arrays in it."""
    return sum(len(one.x.data) + len(one.y.data) for axes in data.axes for one in axes.series)


def within(data: FigureData, limit: int) -> FigureData:
    """The same figure with its series thinned until their arrays fit."""
    points = 16_384
    while size(data) > limit and points > 2:
        thin = [replace(axes, series=tuple(thinned(one, points) for one in axes.series)) for axes in data.axes]
        data = replace(data, axes=tuple(thin))
        points //= 2
    return data


def content(data: FigureData) -> FigureData:
    """The data without the circumstances, to compare two moments of a figure."""
    return replace(data, event="", cell=None)


def holds_anything(data: FigureData) -> bool:
    """Whether anything was drawn or written."""
    return bool(data.title or data.texts or any(axes.series or axes.title or axes.texts for axes in data.axes))


def _read(figure: Figure, number: int, event: str, cell: int | None) -> FigureData:
    axes_list = list(_all_axes(figure))[:MAX_AXES]
    figures = [figure, *_subfigures(figure)]
    by_axes = {id(axes): [child for child in axes.get_children() if is_series(child)] for axes in axes_list}
    everything = [artist for artists in by_axes.values() for artist in artists]
    own_legends = [legend for part in figures for legend in part.legends if legend.get_visible()]
    legends = [(legend, everything) for legend in own_legends]
    for axes in axes_list:
        legends += [(legend, _spoken_of(legend, by_axes[id(axes)], everything)) for legend in _legends(axes)]
    names = figure_legends.names_by_artist(legends)
    titles = [part._suptitle for part in figures if part._suptitle is not None]
    texts = [one for part in figures for one in part.texts if one not in titles]
    return FigureData(
        number=number,
        event=event,
        cell=cell,
        title=" ".join(_texts(titles)),
        texts=(*_texts(texts), *_legend_titles(own_legends)),
        legend=_legend_texts(own_legends),
        axes=tuple(_axes(axes, names) for axes in axes_list),
    )


def _all_axes(figure: Figure) -> Iterator[Any]:
    """All axes, insets after the axes they lie in."""
    for axes in figure.axes:
        yield axes
        for inset in axes.child_axes:
            if any(map(is_series, inset.get_children())):
                yield inset


def _subfigures(figure: Any) -> Iterator[Any]:
    for part in figure.subfigs:
        yield part
        yield from _subfigures(part)


def _legends(axes: Any) -> list[Legend]:
    """The legend of an axes, and older ones kept by add_artist."""
    return [child for child in axes.get_children() if isinstance(child, Legend) and child.get_visible()]


def _spoken_of(legend: Legend, own: list[Any], everything: list[Any]) -> list[Any]:
    """The artists a legend may name: its axes' own, or all when a handle is of another axes (twin axes)."""
    known = set(map(id, own))
    elsewhere = {id(artist) for artist in everything} - known
    handles = {id(handle) for handle, _ in figure_legends.entries(legend)}
    return everything if handles & elsewhere else own


def _axes(axes: Any, names: dict[int, tuple[str, ...]]) -> AxesData:
    legends = _legends(axes)
    texts = [*_texts(axes.texts), *_boxed_texts(axes), *_legend_titles(legends)]
    # The third axis of a 3-D axes has no field of its own.
    texts += [_safely(axes.get_zlabel, "")] if axes.name == "3d" else []
    return AxesData(
        title=" ".join(filter(None, (text(_safely(partial(axes.get_title, side), "")) for side in _SIDES))),
        xlabel=text(_safely(axes.get_xlabel, "")),
        ylabel=text(_safely(axes.get_ylabel, "")),
        xlim=_limits(axes.get_xlim),
        ylim=_limits(axes.get_ylim),
        xscale=str(_safely(axes.get_xscale, "linear")),
        yscale=str(_safely(axes.get_yscale, "linear")),
        texts=tuple(filter(None, texts[:MAX_TEXTS])),
        legend=_legend_texts(legends),
        series=series_of(axes, names),
    )


_SIDES = ("left", "center", "right")


def _safely(get: Callable[[], Any], instead: Any) -> Any:
    try:
        return get()
    except Exception:  # noqa: BLE001 - a broken part must not cost the whole figure
        return instead


def _limits(get: Callable[[], Any]) -> tuple[float, float]:
    low, high = _safely(get, (0.0, 1.0))
    return float(low), float(high)


def _texts(artists: Iterable[Any]) -> tuple[str, ...]:
    shown = (text(artist.get_text()) for artist in artists if isinstance(artist, Text) and artist.get_visible())
    return tuple(filter(None, shown))[:MAX_TEXTS]


def _boxed_texts(axes: Any) -> list[str]:
    """Texts in a frame of their own (AnchoredText)."""
    return [text(_safely(artist.txt.get_text, "")) for artist in axes.artists if hasattr(artist, "txt")]


def _legend_titles(legends: Iterable[Legend]) -> tuple[str, ...]:
    titles = (legend.get_title().get_text() for legend in legends)
    return tuple(text(title) for title in titles if title not in {"", "None"})


def _legend_texts(legends: Iterable[Legend]) -> tuple[str, ...]:
    return tuple(text(entry) for legend in legends for entry in figure_legends.texts(legend))[:MAX_TEXTS]
