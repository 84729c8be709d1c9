"""What a running check leaves for the report beside its verdict: the student's curve and the expected one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

MOST_POINTS = 200

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class AttachedPlot:
    """Two curves as points (x, y) from left to right, thinned to `MOST_POINTS`."""

    yours: Points
    expected: Points


_plots: list[AttachedPlot] = []


def attach_plot(yours: Sequence[ArrayLike], expected: Sequence[ArrayLike]) -> None:
    """Shows the curves `yours` = (x, y) and `expected` = (x, y) with the result of the running check."""
    _plots.append(AttachedPlot(_points(*yours), _points(*expected)))


def take() -> AttachedPlot | None:
    """The plot attached last since the previous `take`, None if there was none."""
    last = _plots[-1] if _plots else None
    _plots.clear()
    return last


def _points(x: ArrayLike, y: ArrayLike) -> Points:
    across, up = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    finite = np.isfinite(across) & np.isfinite(up)
    order = np.argsort(across[finite], kind="stable")
    across, up = across[finite][order], up[finite][order]
    if len(across) > MOST_POINTS:
        kept = np.unique(np.linspace(0, len(across) - 1, MOST_POINTS).round().astype(np.int64))
        across, up = across[kept], up[kept]
    return tuple((float(a), float(b)) for a, b in zip(across, up, strict=True))
