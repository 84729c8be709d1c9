"""What the source of a submission says about a curve that is already known not to come from autodiff.

Used to choose the words of a diagnosis, and to see that a file which answers several exercises uses one name for more
than one thing; never for a verdict, which comes from what the program did.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

_ESCAPE = re.compile(r"^\s*[%!?].*$", re.MULTILINE)
_MARK = re.compile(r"^#\s*(?:%%|In\s*\[).*$", re.MULTILINE)


def imports(code: str, module: str) -> bool:
    """Whether the code imports `module` or something from it."""
    for node in _nodes(code):
        if isinstance(node, ast.Import) and any(_top(alias.name) == module for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module is not None and _top(node.module) == module:
            return True
    return False


def patches_torch(code: str) -> bool:
    """Whether the code puts something of its own into torch: `torch.Tensor.backward = ...`, or setattr on it."""
    for node in _nodes(code):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Attribute) and _root(target) == "torch" for target in targets):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            return bool(node.args) and _root(node.args[0]) == "torch"
    return False


def definitions(code: str, name: str) -> int:
    """How often the code gives this name to a function or another value, anywhere: once per exercise it answers."""
    parts = _parts(code)
    if parts[0] == code and _is_python(code):
        parts = [code]
    return sum(name in _bound(node) for part in parts for node in _nodes_of(part))


def mentioned(code: str, name: str) -> set[str]:
    """The names that the definition of this name mentions, and those that these mention in turn."""
    uses: dict[str, set[str]] = {}
    for node in _nodes(code):
        for bound in _bound(node):
            names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            uses.setdefault(bound, set()).update(names)
    found, waiting = set[str](), [name]
    while waiting:
        new = uses.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _bound(node: ast.AST) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _is_python(part: str) -> bool:
    return any(True for _ in _nodes_of(part))


def _nodes(code: str) -> Iterator[ast.AST]:
    for part in _parts(code):
        yield from _nodes_of(part)


def _nodes_of(part: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(ast.parse(_ESCAPE.sub("", part)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _parts(code: str) -> list[str]:
    """The code cells of a notebook; a file whole and, for the case that one of its cells is prose, in its cells."""
    try:
        cells = json.loads(code)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return [code, *_MARK.split(code)]


def _top(dotted: str) -> str:
    return dotted.partition(".")[0]


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
