"""Makes a reply fit its frame: what a student's code left behind may be larger than what one message may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from grader.wire.codec import WireError, encode
from grader.wire.messages import AutogradRun, CallReport, FigureData, OpaqueValue, ReadReport, Reply, RunReport

Report = TypeVar("Report", RunReport, CallReport)

TOO_LARGE = OpaqueValue("object", "too large to be told", callable=False)


def frame_of(reply: Reply, nonce: bytes) -> bytes:
    """The frame of the reply, or of the first of ever smaller forms of it that fits.

    Dropped in this order: graphs to look at and arrays of autograd runs, all figures but the last ones, the values,
    everything.
    """
    for form in _forms(reply):
        try:
            return encode(form(), nonce)
        except WireError:
            continue
    return encode(bare(reply), nonce)


def _forms(reply: Reply) -> Iterator[Callable[[], Reply]]:
    yield lambda: reply
    if isinstance(reply, ReadReport):
        yield lambda: replace(reply, value=TOO_LARGE)
    elif isinstance(reply, RunReport):
        yield from _recorded_forms(replace(reply, graphs=()))
    else:
        yield from _recorded_forms(reply)
        small = replace(reply, runs=tuple(map(_without_arrays, reply.runs)), figures=())
        inputs = tuple(replace(state, value=None, grad=None) for state in reply.inputs)
        yield lambda: replace(small, inputs=inputs)
        yield lambda: replace(small, inputs=inputs, value=TOO_LARGE)


def _recorded_forms(reply: Report) -> Iterator[Callable[[], Report]]:
    light = tuple(map(_without_arrays, reply.runs))
    yield lambda: replace(reply, runs=light)
    yield lambda: replace(reply, runs=light, figures=_last(reply.figures, 4))
    yield lambda: replace(reply, runs=light, figures=_last(reply.figures, 1))
    yield lambda: replace(reply, runs=light[:8], figures=())


def _last(figures: tuple[FigureData, ...], count: int) -> tuple[FigureData, ...]:
    return figures[-count:]


def _without_arrays(run: AutogradRun) -> AutogradRun:
    return replace(
        run,
        roots=tuple(replace(root, value=None) for root in run.roots),
        upstream=tuple(None for _ in run.upstream),
        leaves=tuple(replace(leaf, value=None, grad_before=None, grad_after=None) for leaf in run.leaves),
        nodes=run.nodes[:200],
        results=tuple(None for _ in run.results),
    )


def bare(reply: Reply) -> Reply:
    """A reply of the same class that tells next to nothing."""
    if isinstance(reply, RunReport):
        cells = tuple(replace(cell, label=None, problem=None) for cell in reply.cells[:100])
        return RunReport(cells, (), (), 0, (), (), "", "", True, (), (), ())
    if isinstance(reply, ReadReport):
        return ReadReport(missing=False, value=TOO_LARGE)
    return CallReport(False, TOO_LARGE, None, (), (), 0, (), (), (), "")
