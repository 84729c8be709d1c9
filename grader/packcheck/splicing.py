"""Replaces the text of one node of a Python source and leaves every other character as it is.

The syntax tree counts columns in UTF-8 bytes, so the source is cut as bytes. Nodes inside an f-string have no true
columns in Python 3.11 and are left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import accumulate

Positioned = ast.expr | ast.stmt | ast.keyword | ast.excepthandler


class Source:
    """A Python source with its tree. Raises SyntaxError."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._bytes = text.encode()
        self._starts = [0, *accumulate(len(line) for line in self._bytes.splitlines(keepends=True))]

    def start(self, node: Positioned) -> int:
        """Where the node begins, in bytes."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: Positioned) -> int:
        """Where the node ends, in bytes."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: Positioned) -> str:
        """The text of a node as it is written."""
        return self.between(self.start(node), self.end(node))

    def between(self, start: int, end: int) -> str:
        """The text from one place to another."""
        return self._bytes[start:end].decode()

    def line(self, place: int) -> int:
        """The number of the line, from 1, in which this byte stands."""
        return self._bytes.count(b"\n", 0, place) + 1

    def replaced(self, start: int, end: int, text: str) -> str:
        """The whole source with another text from `start` to `end`."""
        return (self._bytes[:start] + text.encode() + self._bytes[end:]).decode()

    def nodes(self) -> Iterator[ast.AST]:
        """Every node that is part of the answer: no f-string, docstring, annotation, nor the demonstration at the end.

        What stands under `if __name__ == "__main__":` shows the solution at work and answers nothing.
        """
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.JoinedStr) or _is_demonstration(node):
                continue
            yield node
            waiting.extend(reversed(list(_children(node))))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    docstring = _docstring(node)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and child is not docstring:
                yield child


def _docstring(node: ast.AST) -> ast.stmt | None:
    if not isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) or not node.body:
        return None
    first = node.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first if is_text and ast.get_docstring(node) is not None else None


def _is_demonstration(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )
