"""A submission as it is read: numbered lines in colour, with errors and comments beside the line they are about.

Everything is escaped here, and what can't be seen is written out. A notebook is shown cell by cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES, _TokenType

from submissions.portal.plain import marked, unified

MOST_LINES = 5000
# A longer file is shown without colours: colouring costs a millisecond for each 500 characters or so.
MOST_COLOURED = 60_000

Place = tuple[int | None, int]
Notes = Mapping[Place, Sequence[Any]]


@dataclass(frozen=True)
class CodeLine:
    """A line: its number, its name in the page, its markup, and what is said about it."""

    number: int
    anchor: str
    html: Markup
    errors: tuple[Any, ...] = ()
    comments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class CodeCell:
    """A run of lines. `number`: of the notebook's code cell, from 1; None for a plain file or a cell of text."""

    kind: str
    number: int | None
    lines: tuple[CodeLine, ...]


@dataclass(frozen=True)
class CodeView:
    """The whole submission. `left_out`: lines that were too many to show."""

    cells: tuple[CodeCell, ...]
    left_out: int = 0


def code_view(source: str, kind: str, errors: Iterable[Any] = (), comments: Iterable[Any] = ()) -> CodeView:
    """The submission with its errors (`StudentError`) and comments (with `cell`, `line`), each at its line.

    What names no line, or one that does not exist, is not shown here; `without_place` tells which those are.
    """
    notebook = kind == "ipynb"
    at_errors, at_comments = _by_place(errors, notebook=notebook), _by_place(comments, notebook=notebook)
    shown, left = [], MOST_LINES
    left_out = 0
    for piece, number, text in _pieces(source, kind):
        rows = _coloured(text) if piece == "code" else [marked(line) for line in unified(text).split("\n")]
        left_out += max(0, len(rows) - left)
        cell = number if piece == "code" and notebook else None
        lines = tuple(
            CodeLine(
                at,
                _anchor(cell, at) if piece == "code" else "",
                row,
                tuple(at_errors.get((cell, at), ())) if piece == "code" else (),
                tuple(at_comments.get((cell, at), ())) if piece == "code" else (),
            )
            for at, row in enumerate(rows[:left], 1)
        )
        left -= len(lines)
        shown.append(CodeCell(piece, cell, lines))
    return CodeView(tuple(cell for cell in shown if cell.lines), left_out)


def without_place(notes: Iterable[Any], view: CodeView) -> list[Any]:
    """The errors or comments that stand beside no line of the view."""
    placed = [note for cell in view.cells for line in cell.lines for note in (*line.errors, *line.comments)]
    return [note for note in notes if not any(note is one for one in placed)]


def code_of(source: str, kind: str) -> str:
    """The code as one text: of a notebook its code cells, each under a line that says so."""
    if kind != "ipynb":
        return unified(source)
    cells = [f"# In [{number}]\n{unified(text)}" for piece, number, text in _pieces(source, kind) if piece == "code"]
    return "\n\n".join(cells)


def coloured(text: str) -> Markup:
    """A piece of Python in colour, for a statement or a single line."""
    return Markup("\n").join(_coloured(text))


def _pieces(source: str, kind: str) -> Iterator[tuple[str, int, str]]:
    """("code" | "text", number of the code cell, text); a notebook that can't be read is one piece of text."""
    if kind != "ipynb":
        yield "code", 1, source
        return
    try:
        notebook = json.loads(source)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        found = [(cell.get("cell_type"), _text_of(cell)) for cell in cells]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        yield "text", 0, source
        return
    number = 0
    for cell_type, text in found:
        number += cell_type == "code"
        yield ("code" if cell_type == "code" else "text"), number, text


def _text_of(cell: Mapping[str, Any]) -> str:
    text = cell.get("source", cell.get("input", ""))
    return text if isinstance(text, str) else "".join(map(str, text))


def _coloured(text: str) -> list[Markup]:
    """The lines of a piece of Python as spans with Pygments' short classes."""
    text = unified(text).removesuffix("\n")
    if len(text) > MOST_COLOURED:
        return [marked(line, code=True) for line in text.split("\n")]
    rows: list[list[Markup]] = [[]]
    for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        first, *others = value.split("\n")
        rows[-1].append(_span(kind, first))
        rows.extend([_span(kind, other)] for other in others)
    return [Markup("").join(row) for row in rows]


def _span(kind: _TokenType, text: str) -> Markup:
    name = _short_name(kind)
    if not name or not text:
        return marked(text, code=True)
    return Markup('<span class="{}">{}</span>').format(name, marked(text, code=True))


def _short_name(kind: _TokenType) -> str:
    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    name: str = STANDARD_TYPES.get(kind, "")
    return "" if name in ("w", "n") else name


def _by_place(notes: Iterable[Any], *, notebook: bool) -> dict[Place, list[Any]]:
    """By cell and line. The lines of a plain file count through the file, even where it has cells."""
    places: dict[Place, list[Any]] = {}
    for note in notes:
        if note.line is not None:
            places.setdefault((note.cell if notebook else None, note.line), []).append(note)
    return places


def _anchor(cell: int | None, line: int) -> str:
    return f"L{line}" if cell is None else f"C{cell}L{line}"
