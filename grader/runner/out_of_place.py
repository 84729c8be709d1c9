"""Finds in the source what has no place in an answer, for the instructor to look at. It is read, never executed.

Names are followed through imports, plain assignments and `getattr` with a fixed name. Who hides a name better than that
leaves at least the hiding to be seen; who hides it very well is not found here, and no verdict rests on it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.checks.review import Finding
from grader.sandbox.cells import Cell, Plan, plan_file
from grader.sandbox.notebook import plan_notebook

MOST_FINDINGS = 20
SOURCE_CHARACTERS = 200

# The longest matching beginning of a dotted name decides.
NAMES = {
    "sys._getframe": "frames",
    "sys._current_frames": "frames",
    "sys.settrace": "frames",
    "sys.setprofile": "frames",
    "sys.modules": "loaded-modules",
    "inspect": "frames",
    "gc": "live-objects",
    "ctypes": "raw-memory",
    "cffi": "raw-memory",
    "grader": "grader-inside",
    "os._exit": "ends-the-process",
    "os.abort": "ends-the-process",
    "os.kill": "ends-the-process",
    "builtins.exec": "hidden-name",
    "builtins.eval": "hidden-name",
    "builtins.compile": "hidden-name",
}
# Attributes that tell by themselves, whatever object they are of.
ATTRIBUTES = {
    **dict.fromkeys(("f_back", "f_locals", "f_globals", "tb_frame", "gi_frame"), "frames"),
    **dict.fromkeys(("__closure__", "cell_contents", "__globals__", "__code__"), "frames"),
    **dict.fromkeys(("__subclasses__", "_engine_run_backward"), "live-objects"),
}
LIBRARIES = ("torch", "matplotlib", "numpy", "math", "builtins")
# Settings that are meant to be assigned.
SETTINGS = ("torch.backends", "matplotlib.rcParams", "matplotlib.pyplot.rcParams")
BUILTINS = ("exec", "eval", "compile", "getattr", "setattr", "delattr", "vars", "__import__")


def out_of_place(source: str, kind: str) -> list[Finding]:
    """What the code of this submission has that an answer does not need, in the order of the file."""
    try:
        plan = plan_notebook(source) if kind == "ipynb" else plan_file(source)
        return _findings(plan, marked=kind == "ipynb")
    except (ValueError, RecursionError, MemoryError):
        return []


def _findings(plan: Plan, *, marked: bool) -> list[Finding]:
    marked = marked or any(cell.label is not None for cell in plan.cells)
    names = _Names()
    for cell in plan.cells:
        names.learn(cell)
    found: dict[tuple[str, int, int], Finding] = {}
    for cell in plan.cells:
        for node, code, what in _Reader(names).read(cell):
            line = getattr(node, "lineno", cell.lines[0])
            place = cell.index + 1 if marked else None
            finding = Finding(code, {"found": what}, place, line, _line(plan, cell, line))
            found.setdefault((code, cell.index if marked else 0, line), finding)
    return list(found.values())[:MOST_FINDINGS]


def _line(plan: Plan, cell: Cell, line: int) -> str | None:
    lines = plan.files.get(cell.file, "").split("\n")
    return lines[line - 1].strip()[:SOURCE_CHARACTERS] if 1 <= line <= len(lines) else None


class _Names:
    """What the names of a file stand for, as dotted names of modules and their contents."""

    def __init__(self) -> None:
        self._known = {name: f"builtins.{name}" for name in BUILTINS} | {"__builtins__": "builtins"}

    def learn(self, cell: Cell) -> None:
        """Takes in the imports and the plain assignments of a cell."""
        for node in _walk(cell):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._known.update(_imported(node))
            elif isinstance(node, ast.Assign) and (dotted := self.dotted(node.value)):
                self._known.update({target.id: dotted for target in node.targets if isinstance(target, ast.Name)})

    def dotted(self, node: ast.AST) -> str:
        """The dotted name of an expression, "" where it has none that is known."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id, "")
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, ast.Subscript) and (owner := self.dotted(node.value)):
            name = _text(node.slice)
            return name if owner == "sys.modules" and name else ""
        return ""

    def _of_call(self, call: ast.Call) -> str:
        function = self.dotted(call.func)
        texts = [_text(argument) for argument in call.args]
        if function in ("builtins.__import__", "importlib.import_module") and texts and texts[0]:
            return texts[0].partition(".")[0] if function == "builtins.__import__" else texts[0]
        if function == "builtins.getattr" and len(texts) > 1 and texts[1] and (owner := self.dotted(call.args[0])):
            return f"{owner}.{texts[1]}"
        return ""


class _Reader:
    """Goes through a cell and tells (node, code, what was found)."""

    def __init__(self, names: _Names) -> None:
        self._names = names

    def read(self, cell: Cell) -> Iterator[tuple[ast.AST, str, str]]:
        """Every finding of one cell."""
        for node in _walk(cell):
            for dotted in self._mentioned(node):
                if code := _code_of(dotted):
                    yield node, code, dotted.removeprefix("builtins.")
            if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
                yield node, ATTRIBUTES[node.attr], node.attr
            if isinstance(node, ast.Call):
                yield from self._call(node)
            yield from self._patches(node)

    def _mentioned(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _mentioned_by(node)
        elif isinstance(node, (ast.Attribute, ast.Name, ast.Call)) and (dotted := self._names.dotted(node)):
            yield dotted

    def _call(self, call: ast.Call) -> Iterator[tuple[ast.AST, str, str]]:
        function = self._names.dotted(call.func)
        texts = [_text(argument) for argument in call.args]
        if function in ("builtins.__import__", "importlib.import_module") and texts and not texts[0]:
            yield call, "hidden-name", function.removeprefix("builtins.")
        owner = self._names.dotted(call.args[0]) if call.args else ""
        if function == "builtins.getattr" and owner and len(texts) > 1 and not texts[1]:
            yield call, "hidden-name", f"getattr({owner}, ...)"
        if function in ("builtins.setattr", "builtins.delattr") and _of_a_library(owner):
            yield call, "patched-library", owner
        if function.startswith("unittest.mock.patch"):
            yield call, "patched-library", texts[0] if texts and texts[0] else owner or function

    def _patches(self, node: ast.AST) -> Iterator[tuple[ast.AST, str, str]]:
        targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else []
        if isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For, ast.NamedExpr)):
            targets = [node.target]
        for target in (inner for outer in targets for inner in _flat(outer)):
            dotted = self._assigned(target)
            if _of_a_library(dotted) and not dotted.startswith(SETTINGS):
                yield node, "patched-library", dotted

    def _assigned(self, target: ast.AST) -> str:
        if isinstance(target, ast.Attribute):
            return self._names.dotted(target) if self._names.dotted(target.value) else ""
        if isinstance(target, ast.Subscript):
            # torch.__dict__["sin"] = ..., vars(torch)["sin"] = ...
            table = target.value
            if isinstance(table, ast.Call) and table.args and self._names.dotted(table.func) == "builtins.vars":
                return self._names.dotted(table.args[0])
            dotted = self._names.dotted(table)
            return dotted if dotted.endswith(".__dict__") else ""
        return ""


def _code_of(dotted: str) -> str | None:
    parts = dotted.split(".")
    if parts[0] == "torch" and any(part.startswith("_") and not part.startswith("__") for part in parts):
        return "torch-internals"
    beginnings = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((NAMES[name] for name in beginnings if name in NAMES), None)


def _of_a_library(dotted: str) -> bool:
    return dotted.partition(".")[0] in LIBRARIES


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    if isinstance(node, ast.Import):
        return {one.asname or one.name.partition(".")[0]: _bound(one) for one in node.names}
    return {one.asname or one.name: dotted for one, dotted in zip(node.names, _mentioned_by(node), strict=True)}


def _bound(one: ast.alias) -> str:
    return one.name if one.asname else one.name.partition(".")[0]


def _mentioned_by(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    prefix = f"{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
    yield from (f"{prefix}{one.name}" for one in node.names)


def _flat(target: ast.AST) -> Iterator[ast.AST]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for inner in target.elts:
            yield from _flat(inner)
    else:
        yield target


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _walk(cell: Cell) -> Iterator[ast.AST]:
    return ast.walk(cell.code.tree) if cell.code.tree is not None else iter(())
