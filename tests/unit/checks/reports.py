"""Builders of reports as a child would send them, and a `Worlds` that answers from a table."""

import torch

from grader.checks.values import to_array
from grader.wire.messages import (
    AutogradRun,
    CallReport,
    CellOutcome,
    GlobalName,
    LeafState,
    Problem,
    Read,
    ReadReport,
    RunReport,
)

FREED_TEXT = "Trying to backward through the graph a second time (or directly access saved tensors)."


def problem(message, *types, line=1, text=None):
    return Problem((*(types or ("RuntimeError",)), "Exception"), message, 0, line, None, text, "")


def leaf(before, after, value=(1.0, 2.0), ident=1):
    arrays = [None if item is None else to_array(torch.tensor(item)) for item in (value, before, after)]
    return LeafState(ident, "x", "float32", (2,), *arrays)


def run(*leaves, nodes=(10, 11), entry="backward", error=None, order=0):
    return AutogradRun(order, entry, "engine" if error else "", 0, (), (), False, False, nodes, leaves, (), error)


def run_report(runs=(), stdout="", problems=(), names=(), prose=()):
    cells = tuple(CellOutcome(place, None, (1, 1), "failed", one) for place, one in enumerate(problems))
    known = tuple(GlobalName(name, kind) for name, kind in names)
    return RunReport(cells, (), tuple(runs), len(runs), (), (), stdout, "", False, (), known, tuple(prose))


def call_report(value=None, runs=(), missing=False, error=None, inputs=()):
    return CallReport(missing, value, error, tuple(inputs), tuple(runs), len(runs), (), (), (), "")


class FakeWorlds:
    """Answers calls and reads by name; what is not in the tables is missing. Keeps the worlds and requests it saw."""

    source, kind = "", "py"

    def __init__(self, report=None, calls=None, values=None, written=None):
        self.report = report or run_report()
        self.written = written or {}
        self.calls, self.values = calls or {}, values or {}
        self.worlds, self.requests = [], []

    def run(self, world):
        self.worlds.append(world)
        return self.report

    def ask(self, world, request, _apart=""):
        self.worlds.append(world)
        self.requests.append(request)
        if isinstance(request, Read):
            return ReadReport(request.name not in self.values, self.values.get(request.name))
        answer = self.calls.get(request.name, call_report(missing=True))
        return answer(request) if callable(answer) else answer
