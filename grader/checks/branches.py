"""The branches of the student's own functions: found in his source on this side, held against what ran in the child.

The source is read as data, never run. A file that is not Python as a whole is read in its cells or, where these are
not Python either, in its top-level statements, so that prose and magics between them do no harm.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.wire.messages import CELL_LINES, Place

# A piece of source beyond this is not the work of a student; what can't be read has no known branches.
MOST_CHARACTERS = 100_000
MOST_PIECES = 400
# Deeper brackets or longer runs of signs than people write make the parser work hard for nothing.
DEEPEST = 60

_MARK = re.compile(r"^#\s?(?:%%|In\s?\[|<\w+cell>|--+\s*cell\b).*$")
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)")
_STATEMENT = re.compile(r"[^\s#)\]}]")
_CONTINUED = re.compile(r"(?:else|elif|except|finally)\b")
_RUN_OF_SIGNS = re.compile(r"[-+~]{200}|(?:not\s+){200}")

# What a test asks that is not about the numbers of the input: kinds and sizes of arguments.
_GUARD_NAMES = frozenset({"isinstance", "is_tensor", "hasattr", "type", "callable", "numel", "dim", "ndim", "shape"})

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Span:
    """A stretch of source, numbered as `Place` is."""

    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, place: Place) -> bool:
        """Whether the place lies inside."""
        begins = (self.line, self.column) <= (place.line, place.column)
        return begins and (place.end_line, place.end_column) <= (self.end_line, self.end_column)

    def count(self, places: Sequence[Place]) -> int:
        """How often what stands here ran."""
        return max((place.count for place in places if self.holds(place)), default=0)


@dataclass(frozen=True)
class Branch:
    """One way a statement can go. `test` decides; `jumps` says that the body only jumps, which may leave no trace."""

    body: Span
    test: Span
    jumps: bool = False
    optional: bool = False

    @property
    def line(self) -> int:
        """The first line of the body."""
        return self.body.line

    def reached(self, places: Sequence[Place], lines: Sequence[int]) -> bool:
        """Whether the body ran."""
        if any(self.body.holds(place) for place in places):
            return True
        return self.jumps and (self.line in lines or self.line == self.test.line)


@dataclass(frozen=True)
class OwnFunctions:
    """Every function of a submission with its branches."""

    found: tuple[tuple[Span, tuple[Branch, ...]], ...]

    def branches_of_run(self, places: Sequence[Place]) -> list[Branch]:
        """The branches of those functions of which something ran."""
        return [
            branch
            for body, branches in self.found
            if branches and any(body.holds(place) for place in places)
            for branch in branches
        ]

    def unreached(self, places: Sequence[Place], lines: Sequence[int]) -> list[int]:
        """First lines of the branches that never ran, in functions that did."""
        missed = {
            branch.line
            for branch in self.branches_of_run(places)
            if not branch.optional and not branch.reached(places, lines)
        }
        return sorted(missed)

    def goes_both_ways(self, places: Sequence[Place]) -> bool:
        """Whether within this one run some test came out both ways: a choice for each element, for example."""
        return any(0 < branch.body.count(places) < branch.test.count(places) for branch in self.branches_of_run(places))


def own_functions(source: str, kind: str) -> OwnFunctions:
    """The functions of a submission. `kind` is "py" or "ipynb"."""
    found: list[tuple[Span, tuple[Branch, ...]]] = []
    for offset, text in _cells(source, kind):
        for tree in _trees(text):
            for node in ast.walk(tree):
                if isinstance(node, _FUNCTIONS):
                    body = [node.body] if isinstance(node, ast.Lambda) else node.body
                    found.append((_span(body, offset), tuple(_branches(node, offset))))
    return OwnFunctions(tuple(found))


def line_names(lines: Sequence[int], kind: str) -> str:
    """Line numbers as the student knows them: "4, 9", in a notebook "cell 2 line 4"."""
    if kind != "ipynb":
        return ", ".join(map(str, lines))
    return ", ".join(f"cell {line // CELL_LINES + 1} line {line % CELL_LINES}" for line in lines)


# ----------------------------------------------------------------------------------------------- branches


def _branches(function: Function, offset: int) -> Iterator[Branch]:
    for node in _own_nodes(function):
        match node:
            case ast.If():
                yield _branch(node.body, node.test, offset)
                if node.orelse and not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)):
                    # An elif is an If of its own.
                    yield _branch(node.orelse, node.test, offset)
            case ast.While():
                yield _branch(node.body, node.test, offset)
            case ast.For() | ast.AsyncFor():
                yield _branch(node.body, node.iter, offset)
            case ast.Match():
                for case in node.cases:
                    yield _branch(case.body, node.subject, offset)
            case ast.IfExp():
                # In a def it is often a default for an argument; a lambda has no other way to branch.
                optional = not isinstance(function, ast.Lambda)
                yield _branch([node.body], node.test, offset, optional)
                yield _branch([node.orelse], node.test, offset, optional)


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions inside it."""
    waiting: list[ast.AST] = [function.body] if isinstance(function, ast.Lambda) else list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, _FUNCTIONS)]


def _branch(body: Sequence[ast.stmt | ast.expr], test: ast.expr, offset: int, optional: bool = False) -> Branch:
    jumps = all(isinstance(node, (ast.Break, ast.Continue, ast.Pass)) for node in body)
    return Branch(_span(body, offset), _span([test], offset), jumps, optional or _is_guard(test) or _is_aside(body))


def _is_guard(test: ast.expr) -> bool:
    """Whether the test asks for the kind or size of an argument, or for None: care, not control flow."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops):
            return True
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in _GUARD_NAMES:
            return True
    return False


def _is_aside(body: Sequence[ast.stmt | ast.expr]) -> bool:
    """Whether the body only prints, does nothing, or ends in an exception for inputs that should never come."""
    if isinstance(body[-1], (ast.Raise, ast.Assert)):
        return True
    return all(isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and _says(node.value)) for node in body)


def _says(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "print"
    return isinstance(value, ast.Constant)


def _span(nodes: Sequence[ast.stmt | ast.expr], offset: int) -> Span:
    first, last = nodes[0], nodes[-1]
    end_line, end_column = last.end_lineno or last.lineno, last.end_col_offset or last.col_offset
    return Span(offset + first.lineno, first.col_offset, offset + end_line, end_column)


# ------------------------------------------------------------------------------------------------- source


def _cells(source: str, kind: str) -> list[tuple[int, str]]:
    """(what is added to its line numbers, text) of a file, or of each code cell of a notebook."""
    if kind != "ipynb":
        return [(0, _normalised(source))]
    try:
        notebook = json.loads(source.removeprefix("\ufeff"))
        listed = notebook["cells"] if "cells" in notebook else [c for s in notebook["worksheets"] for c in s["cells"]]
        cells = [cell for cell in listed if cell.get("cell_type") == "code"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []
    texts = (cell.get("source", cell.get("input", "")) for cell in cells)
    joined = ("".join(map(str, text)) if isinstance(text, list) else str(text) for text in texts)
    return [(index * CELL_LINES, _normalised(text)) for index, text in enumerate(joined)]


def _normalised(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _trees(text: str) -> Iterator[ast.Module]:
    """The text as a whole; else each of its cells; else each of its top-level statements that is Python."""
    lines = ["" if _PROMPT.fullmatch(line) else _PROMPT.sub("", line) for line in text.split("\n")]
    tree = _parsed(text)
    if tree is not None:
        yield tree
        return
    begins = [number for number, line in enumerate(lines) if _MARK.match(line)]
    for first, last in _stretches(begins, len(lines)):
        tree = _parsed(_in_place(lines, first, last))
        if tree is not None:
            yield tree
            continue
        starts = [n for n in range(first, last) if _STATEMENT.match(lines[n]) and not _CONTINUED.match(lines[n])]
        for begin, end in _stretches(starts, last, first)[:MOST_PIECES]:
            tree = _parsed(_in_place(lines, begin, end))
            if tree is not None:
                yield tree


def _stretches(begins: list[int], end: int, first: int = 0) -> list[tuple[int, int]]:
    edges = sorted({first, *begins, end})
    return list(itertools.pairwise(edges))


def _in_place(lines: list[str], first: int, last: int) -> str:
    """These lines, with the numbers they have in the file."""
    return "\n" * first + "\n".join(lines[first:last])


def _parsed(text: str) -> ast.Module | None:
    if len(text) > MOST_CHARACTERS or _RUN_OF_SIGNS.search(text) or _depth(text) > DEEPEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None


def _depth(text: str) -> int:
    """How deep brackets go at most, strings and comments counted in: an upper bound is all that is wanted."""
    depth = deepest = 0
    for character in re.findall(r"[()\[\]{}]", text):
        depth = depth + 1 if character in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
