"""Runs a submission the way a notebook is run: cell by cell, and an error in one does not stop the next."""

from __future__ import annotations
import __future__

import ast
import asyncio
import inspect
import time
from collections.abc import Coroutine
from typing import Any

import matplotlib.pyplot as plt

from grader.limits import SOFT_CELL_SECONDS, SOFT_TOTAL_SECONDS
from grader.sandbox import worlds
from grader.sandbox.cells import FILE_NAME, Cell, Plan, plan_file
from grader.sandbox.clock import SubmissionTimeout
from grader.sandbox.notebook import plan_notebook
from grader.sandbox.session import Session
from grader.wire.messages import CellOutcome, RunReport, RunSubmission

PROSE_CHARACTERS = 60_000
OUTCOMES = 3000
FAILURES = 200

# A student's exception class may have a __traceback__ of its own; this one is the interpreter's.
_TRACEBACK = BaseException.__dict__["__traceback__"]
_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def run_submission(session: Session, request: RunSubmission) -> RunReport:
    """Run everything, and report what it left behind."""
    is_notebook = request.kind == "ipynb"
    plan = plan_notebook(request.source) if is_notebook else plan_file(request.source)
    for name, text in plan.files.items():
        session.sources.add_file(name, text)
    for cell in plan.cells:
        session.sources.add_cell(cell.file, cell.lines, cell.index, own_file=is_notebook)
    session.install(None if is_notebook else FILE_NAME)
    world = request.world
    worlds.enter(world, session.originals)
    with session.recording(mark=world.mark, ops=world.ops, lines=world.lines) as seen:
        outcomes = _Run(session, plan, is_notebook=is_notebook, optimize=0 if world.assertions else 1).cells()
    stdout, stderr = session.console.take()
    return RunReport(
        cells=_within(outcomes),
        figures=seen.figures.figures(),
        runs=seen.autograd.runs(),
        runs_total=seen.autograd.runs_total,
        ops=seen.autograd.op_counts(),
        lines=seen.lines.lines(),
        stdout=stdout,
        stderr=stderr,
        truncated=session.console.take_truncated(),
        notes=tuple(plan.notes),
        names=session.names(),
        prose=_texts(plan.prose),
        graphs=seen.autograd.graphs(),
    )


class _Run:
    def __init__(self, session: Session, plan: Plan, *, is_notebook: bool, optimize: int) -> None:
        self._session = session
        self._plan = plan
        self._optimize = optimize
        self._flags = _AWAIT if is_notebook else 0
        self._ends = time.monotonic() + SOFT_TOTAL_SECONDS

    def cells(self) -> list[CellOutcome]:
        outcomes = []
        for cell in self._plan.cells:
            self._session.cell = cell.index
            error = self._run(cell)
            if self._plan.flushes and plt.get_fignums():
                # block: figures are closed even in interactive mode, as a notebook does after each cell.
                self._session.guarded(lambda: plt.show(block=True), SOFT_CELL_SECONDS)
            left = isinstance(error, SystemExit)
            if isinstance(error, SystemExit) and _in_good_order(error):
                # Leaving in good order is no failure; what was not run because of it should still be known.
                self._plan.notes.append(f"sys.exit() (line {cell.lines[0]})")
                error = None
            outcomes.append(self._outcome(cell, error))
            if left and self._plan.is_script:
                break
        self._session.cell = None
        return outcomes

    def _run(self, cell: Cell) -> BaseException | None:
        if cell.code.error is not None:
            return cell.code.error
        seconds = min(SOFT_CELL_SECONDS, self._ends - time.monotonic())
        if seconds <= 0:
            return SubmissionTimeout("not run: the time for the whole submission was used up")
        _, error = self._session.guarded(lambda: self._execute(cell), seconds)
        return error

    def _execute(self, cell: Cell) -> None:
        tree = cell.code.tree
        assert tree is not None
        code = compile(tree, cell.file, "exec", self._flags, dont_inherit=True, optimize=self._optimize)
        # A __future__ import holds for all that follows in the file, or in the notebook.
        self._flags |= code.co_flags & _FUTURE
        result = eval(code, self._session.namespace)  # noqa: S307 -- running student code is what this process is for
        if code.co_flags & inspect.CO_COROUTINE:
            _await(result)

    def _outcome(self, cell: Cell, error: BaseException | None) -> CellOutcome:
        if error is None:
            return CellOutcome(cell.index, cell.label, cell.lines, "ok", None)
        status = "timed_out" if isinstance(error, SubmissionTimeout) else "failed"
        problem = self._session.problem_of(error)
        # The frames hold the student's tensors; nothing may outlive its cell because of us.
        _TRACEBACK.__set__(error, None)
        return CellOutcome(cell.index, cell.label, cell.lines, status, problem)


_FUTURE = 0
for _name in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _name).compiler_flag


def _in_good_order(error: SystemExit) -> bool:
    return error.code is None or (isinstance(error.code, int) and error.code == 0)


def _await(coroutine: Coroutine[Any, Any, Any]) -> None:
    try:
        loop = asyncio.new_event_loop()
    except OSError:
        # An event loop needs a pair of sockets, which isolation refuses. Code that never waits needs no loop.
        _drive(coroutine)
        return
    try:
        loop.run_until_complete(coroutine)
    finally:
        loop.close()


def _drive(coroutine: Coroutine[Any, Any, Any]) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("waiting for events is not possible here")


def _within(outcomes: list[CellOutcome]) -> tuple[CellOutcome, ...]:
    """All of them, or of an endless list of statements the first that did not end well."""
    failed = [outcome for outcome in outcomes if outcome.status != "ok"]
    if len(outcomes) > OUTCOMES or len(failed) > FAILURES:
        outcomes = failed[:FAILURES]
    return tuple(outcomes)


def _texts(prose: list[str]) -> tuple[str, ...]:
    kept, left = [], PROSE_CHARACTERS
    for text in prose:
        if text.strip() and left > 0:
            kept.append(text.strip()[:left])
            left -= len(kept[-1])
    return tuple(kept)
