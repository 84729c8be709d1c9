"""What the hidden check files of a pack say without being run: their tests and the diagnosis codes they name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

# How every code of the catalogue is spelt: words joined by hyphens. A single word counts only where it must be a code.
_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
# Their arguments are source or names, never codes.
_NOT_CODES = frozenset(["fn", "replaced"])
# Calls that take a code as their first argument.
_TAKE_A_CODE = frozenset(["diagnose", "fail", "Diagnosis", "why"])
# The options of why_wrong; every other name given to it is a code with _ for -.
_OPTIONS_OF_WHY_WRONG = frozenset(["otherwise", "precision"])


@dataclass(frozen=True)
class Named:
    """A name in a check file with its line."""

    name: str
    line: int


@dataclass(frozen=True)
class CheckFile:
    """A check file as far as lint reads it. `fault` tells why it is not Python, "" where it is."""

    path: Path
    tests: tuple[Named, ...] = ()
    codes: tuple[Named, ...] = ()
    fault: str = ""

    @property
    def name(self) -> str:
        """The file as an instructor knows it: checks/test_slope.py."""
        return f"checks/{self.path.name}"


def read_check_file(path: Path) -> CheckFile:
    """The tests and codes of one file."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        return CheckFile(path, fault=str(error))
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    codes = sorted({(code, line) for code, line in _codes(tree)}, key=lambda code: (code[1], code[0]))
    return CheckFile(
        path,
        tuple(Named(node.name.removeprefix("test_"), node.lineno) for node in tests),
        tuple(Named(code, line) for code, line in codes),
    )


def _codes(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Assert) and _is_text(node.msg):
        yield str(node.msg.value), node.msg.lineno
    if isinstance(node, ast.Call):
        called = _called(node)
        if called in _NOT_CODES:
            return
        if called in _TAKE_A_CODE and node.args and _is_text(node.args[0]):
            yield str(node.args[0].value), node.args[0].lineno
        if called == "why_wrong":
            yield from (
                (keyword.arg.replace("_", "-"), keyword.value.lineno)
                for keyword in node.keywords
                if keyword.arg is not None and keyword.arg not in _OPTIONS_OF_WHY_WRONG
            )
    if _is_text(node) and _CODE.fullmatch(str(node.value)):
        yield str(node.value), node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _codes(child)


def _is_text(node: ast.AST | None) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
