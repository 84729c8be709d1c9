"""Sees every run of the autograd engine, and puts a mark on every derivative.

`install` wraps, once per process, the three places all of them pass: `_engine_run_backward` (Tensor.backward,
torch.autograd.backward and grad, torch.func, torch.autograd.functional), `_make_grads` (where the rule that only
scalars have an implicit gradient is enforced, before the engine) and `_make_dual` (forward mode). Without a `Recorder`
the wraps only pass on. With one they note, and never raise or change what the student's code sees.

The mark: each upstream gradient and each forward-mode tangent is multiplied by a number, so whatever really went
through automatic differentiation comes out multiplied by it, and nothing else does.
"""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Self

import torch
import torch._functorch.predispatch
import torch.autograd.graph

from grader.sandbox import autograd_graph, autograd_mark, autograd_sketch, op_log
from grader.sandbox.autograd_runs import NameOf, Run, messages
from grader.wire.messages import AutogradRun, Graph, OpCount, Problem

KEPT_FIRST = 64
KEPT_LAST = 64
# After so many runs of one kind in a row, only each eighth is noted: a loop over thousands of points.
ALIKE = 512
SAMPLED = 8

# An exception class of the student's may have a __traceback__ of its own; this one is the interpreter's.
_TRACEBACK: Any = BaseException.__dict__["__traceback__"]
_SCALAR_RULE = "grad can be implicitly created only for"

_orders = count()
# The wraps are process-wide, and so is what they report to.
_active: Recorder | None = None


class Recorder:
    """Notes what autograd does while it is active; only one is at a time, the innermost.

    mark: the factor on every derivative. ops: record operations too, with `forward` as OpLog
    does. name_of: the student's global name of a leaf, or
    None. cell: the cell that is running. problem_of: describes an exception that has not yet reached the frames that
    called torch: its traceback begins where torch raised it.
    """

    def __init__(
        self,
        mark: float = 1.0,
        ops: bool = False,
        *,
        forward: bool = False,
        name_of: NameOf,
        cell: Callable[[], int | None],
        problem_of: Callable[[BaseException], Problem],
    ) -> None:
        self.mark = mark
        self.runs_total = 0
        self.op_log = op_log.OpLog(forward=forward) if ops else None
        self._name_of = name_of
        self._cell = cell
        self._problem_of = problem_of
        self._sketches = autograd_sketch.Sketches(name_of)
        self._first: list[Run] = []
        self._last: deque[Run] = deque(maxlen=KEPT_LAST)
        self._kind: tuple[Any, ...] = ()
        self._alike = 0
        self._outer: Recorder | None = None

    def __enter__(self) -> Self:
        global _active
        self._outer, _active = _active, self
        if self.op_log is not None:
            self.op_log.start()
        return self

    def __exit__(self, *_: object) -> None:
        global _active
        if self.op_log is not None:
            self.op_log.stop()
        _active, self._outer = self._outer, None

    def runs(self) -> tuple[AutogradRun, ...]:
        """The first and the last runs, in order; `runs_total` counts those left out as well.

        In a long row of runs of one kind, the last ones are a sample. A run that failed is always noted.
        """
        return messages(self._first, list(self._last))

    def graphs(self) -> tuple[Graph, ...]:
        """The first graphs that differ."""
        return self._sketches.graphs()

    def op_counts(self) -> tuple[OpCount, ...]:
        """How often each operation ran; empty when operations were not asked for."""
        return () if self.op_log is None else self.op_log.counts()

    def marks(self) -> bool:
        """Whether a derivative asked for now is to be multiplied."""
        return self.mark != 1.0 and autograd_mark.applies_here()

    def began(self, asked: tuple[str, bool, bool], roots: Sequence[Any], upstream: Sequence[Any]) -> Run | None:
        """Opens the notes of a run; None when that failed, which is nothing the student's code may notice.

        asked: the entry, and whether the graph is retained, and made for the derivative.
        """
        self.runs_total += 1
        try:
            run = Run(next(_orders), self._cell(), *asked)
            with torch._C.DisableTorchFunction():
                if self._sampled((asked, run.cell, *map(autograd_graph.kind_of, roots))):
                    self._note(run, roots, upstream)
            return run
        except Exception:  # noqa: BLE001 - recording never raises into the student's code
            return None

    def ended(self, run: Run | None, results: Any) -> None:
        """Closes the notes of a run."""
        if run is None or not run.noted:
            return
        try:
            with torch._C.DisableTorchFunction():
                run.after(results)
        except Exception:  # noqa: BLE001 - as in began
            return

    def failed(
        self, run: Run | None, roots: Sequence[Any], upstream: Sequence[Any], error: BaseException, stage: str
    ) -> None:
        """Closes the notes of a run that ended in an error."""
        if run is None:
            return
        try:
            with torch._C.DisableTorchFunction():
                if not run.noted:
                    self._note(run, roots, upstream)
            self.ended(run, None)
            run.stage = stage
            run.problem = self._problem_of(error)
        except Exception:  # noqa: BLE001 - as in began
            run.problem = Problem((type(error).__name__,), "", None, None, None, None, "")

    def _sampled(self, kind: tuple[Any, ...]) -> bool:
        self._alike = self._alike + 1 if kind == self._kind else 0
        self._kind = kind
        return self._alike < ALIKE or self._alike % SAMPLED == 0

    def _note(self, run: Run, roots: Sequence[Any], upstream: Sequence[Any]) -> None:
        run.noted = True
        (self._first if len(self._first) < KEPT_FIRST else self._last).append(run)
        run.before(roots, upstream, self._name_of)
        self._sketches.see(run, roots)


def _forget_this_frame(error: BaseException) -> None:
    """Takes the wrap's own frame off the traceback, which then reads as it would without the wrap."""
    passed = _TRACEBACK.__get__(error)
    if passed is not None:
        _TRACEBACK.__set__(error, passed.tb_next)


def _wrap_engine(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def _engine_run_backward(t_outputs: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        recorder = _active
        if recorder is None:
            return original(t_outputs, *args, **kwargs)
        upstream, retain, create = args[:3]
        entry = "backward" if kwargs.get("accumulate_grad") else "grad"
        run = recorder.began((entry, bool(retain), bool(create)), t_outputs, upstream)
        if recorder.marks():
            args = (tuple(autograd_mark.scaled(gradient, recorder.mark) for gradient in upstream), *args[1:])
        try:
            if recorder.op_log is None:
                results = original(t_outputs, *args, **kwargs)
            else:
                with recorder.op_log.inside_engine:
                    results = original(t_outputs, *args, **kwargs)
        except BaseException as error:
            _forget_this_frame(error)
            recorder.failed(run, t_outputs, upstream, error, "engine")
            raise
        recorder.ended(run, results)
        return results

    return _engine_run_backward


def _refused(recorder: Recorder, outputs: Sequence[Any], grads: Sequence[Any], error: BaseException) -> None:
    """Notes a request that was turned down before it came to the engine."""
    try:
        caller = sys._getframe(2)
        given = caller.f_locals
        create = bool(given.get("create_graph"))
        retain = given.get("retain_graph")
        asked = (caller.f_code.co_name, create if retain is None else bool(retain), create)
        stage = "implicit" if _SCALAR_RULE in str(error) else "upstream"
        recorder.failed(recorder.began(asked, outputs, grads), outputs, grads, error, stage)
    except Exception:  # noqa: BLE001 - recording never raises into the student's code
        return


def _wrap_make_grads(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def _make_grads(outputs: Sequence[Any], grads: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return original(outputs, grads, *args, **kwargs)
        except BaseException as error:
            _forget_this_frame(error)
            if _active is not None:
                _refused(_active, outputs, grads, error)
            raise

    return _make_grads


def _wrap_make_dual(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def _make_dual(tensor: Any, tangent: Any, *args: Any, **kwargs: Any) -> Any:
        if _active is not None and _active.marks():
            tangent = autograd_mark.scaled(tangent, _active.mark)
        return original(tensor, tangent, *args, **kwargs)

    return _make_dual


def install() -> None:
    """Wraps torch's entry points; a second call does nothing."""
    autograd, graph = torch.autograd, torch.autograd.graph
    if getattr(autograd, "_grader_sees", False):
        return
    engine: Any = _wrap_engine(graph._engine_run_backward)
    graph._engine_run_backward = engine
    autograd._engine_run_backward = engine  # type: ignore[attr-defined]
    autograd._make_grads = _wrap_make_grads(autograd._make_grads)
    predispatch = torch._functorch.predispatch
    predispatch._make_dual = _wrap_make_dual(predispatch._make_dual)
    autograd._grader_sees = True  # type: ignore[attr-defined]
