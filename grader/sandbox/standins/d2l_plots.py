"""The plotting functions of the `d2l.torch` stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt

__all__ = ["annotate", "plot", "plt", "set_axes", "set_figsize", "show_images", "use_svg_display"]

LINE_FORMATS = ("-", "m--", "g-.", "r:")


def use_svg_display() -> None:
    """Images are not shown here, in whatever format."""


def set_figsize(figsize: tuple[float, float] = (3.5, 2.5)) -> None:
    """Set the size of the figures to come, in inches."""
    use_svg_display()
    plt.rcParams["figure.figsize"] = figsize


def set_axes(  # noqa: PLR0913, PLR0917 -- the book's signature
    axes: Any, xlabel: Any, ylabel: Any, xlim: Any, ylim: Any, xscale: Any, yscale: Any, legend: Any
) -> None:
    """Set labels, limits, scales and, if there is one, the legend."""
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.set_xscale(xscale)
    axes.set_yscale(yscale)
    axes.set_xlim(xlim)
    axes.set_ylim(ylim)
    if legend:
        axes.legend(legend)
    axes.grid()


def plot(  # noqa: PLR0913, PLR0917 -- the book's signature
    X: Any,  # noqa: N803
    Y: Any = None,  # noqa: N803
    xlabel: Any = None,
    ylabel: Any = None,
    legend: Any = (),
    xlim: Any = None,
    ylim: Any = None,
    xscale: Any = "linear",
    yscale: Any = "linear",
    fmts: Sequence[str] = LINE_FORMATS,
    figsize: tuple[float, float] = (3.5, 2.5),
    axes: Any = None,
) -> None:
    """Draw one or several curves on cleared axes: plot(x, [y, z]), plot(x, y) or plot(y)."""
    xs = [X] if _is_one_curve(X) else X
    if Y is None:
        xs, ys = [[]] * len(xs), xs
    else:
        ys = [Y] if _is_one_curve(Y) else Y
    if len(xs) != len(ys):
        xs = list(xs) * len(ys)
    set_figsize(figsize)
    axes = plt.gca() if axes is None else axes
    axes.cla()
    # A fifth curve goes undrawn, as in the book: it has four formats.
    for x, y, style in zip(xs, ys, fmts, strict=False):
        if len(x):
            axes.plot(x, y, style)
        else:
            axes.plot(y, style)
    set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend)


def _is_one_curve(data: Any) -> bool:
    if hasattr(data, "ndim"):
        return bool(data.ndim == 1)
    return isinstance(data, list) and bool(data) and not hasattr(data[0], "__len__")


def annotate(text: str, xy: Any, xytext: Any) -> None:
    """Write a text beside an arrow that points at `xy`."""
    plt.gca().annotate(text, xy=xy, xytext=xytext, arrowprops={"arrowstyle": "->"})


def show_images(imgs: Any, num_rows: int, num_cols: int, titles: Any = None, scale: float = 1.5) -> Any:
    """Draw images in a grid; returns its axes."""
    _, grid = plt.subplots(num_rows, num_cols, figsize=(num_cols * scale, num_rows * scale), squeeze=False)
    for place, (axes, image) in enumerate(zip(grid.flatten(), imgs, strict=False)):
        axes.imshow(image)
        axes.axis("off")
        if titles:
            axes.set_title(titles[place])
    return grid.flatten()
