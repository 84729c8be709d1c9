"""The gradients in a log of autograd runs, held against numbers that were drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.checks.series import FEWEST_POINTS, Numbers
from grader.wire.arrays import to_numpy
from grader.wire.messages import Array, AutogradRun


def ratio(y: Numbers, base: Numbers) -> float:
    """The factor that brings `base` nearest to y; 0 where base is 0."""
    power = float(base @ base)
    return float(base @ y) / power if power > 0 else 0.0


def proportional(y: Numbers, want: Numbers) -> bool:
    """Whether y is a multiple of `want` wherever it is not 0, at enough points."""
    if len(y) != len(want):
        return False
    there = y != 0
    y, want = y[there], want[there]
    return len(y) >= FEWEST_POINTS and bool(np.abs(y - ratio(y, want) * want).max() <= 1e-3 * np.abs(y).max())


def gradients(runs: tuple[AutogradRun, ...]) -> Iterator[tuple[Numbers | None, Numbers | None]]:
    """(leaf, gradient) of each run that succeeded; None for what was not recorded."""
    for run in (run for run in runs if run.problem is None):
        found = run.results if run.entry == "grad" else tuple(leaf.grad_after for leaf in run.leaves)
        if len(found) != len(run.leaves):
            # Of autograd.grad by something that is no leaf, or inside torch.func, the result alone is known.
            yield from ((None, None if gradient is None else _flat(gradient)) for gradient in found or (None,))
            continue
        for leaf, gradient in zip(run.leaves, found, strict=True):
            earlier = _flat(leaf.grad_before) if run.entry == "backward" else np.zeros(1)
            known = leaf.value if gradient is not None and leaf.shape == gradient.shape else None
            yield None if known is None else _flat(known), None if gradient is None else _flat(gradient) - earlier


def _flat(array: Array | None) -> Numbers:
    return np.zeros(1) if array is None else to_numpy(array).astype(np.float64).ravel()
