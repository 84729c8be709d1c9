"""A submission as it is read: numbered lines in colour, with errors and comments beside the line they are about.

Everything is escaped here, and what can't be seen is written out. A notebook is shown cell by cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES, _TokenType

from submissions.portal.plain import LONGEST_LINE, MORE, marked, marked_line, unified

# Of a whole submission, whatever cells it comes in. The file itself can always be had.
MOST_LINES = 5000
MOST_CHARACTERS = 200_000
# What comes after so much is shown without colours: colouring costs a millisecond for each 500 characters or so.
MOST_COLOURED = 40_000

_WIDE_BLANK = re.compile(r"\s{400}")

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
    notes = _by_place(errors, notebook=notebook), _by_place(comments, notebook=notebook)
    room, shown = _Room(), []
    for piece, number, text in _pieces(source, kind):
        lines = room.take(unified(text).removesuffix("\n" if piece == "code" else "").split("\n"))
        if not lines:
            continue
        if piece == "code":
            cell = number if notebook else None
            rows = _coloured_lines(lines) if room.has_colours(lines) else [marked_line(line) for line in lines]
            shown.append(CodeCell(piece, cell, tuple(_code_lines(rows, cell, *notes))))
        else:
            rows = [marked(line[:LONGEST_LINE]) for line in lines]
            shown.append(CodeCell(piece, None, tuple(CodeLine(at, "", row) for at, row in enumerate(rows, 1))))
    return CodeView(tuple(shown), room.left_out)


class _Room:
    """How much more of a submission is shown, and how much of that in colour."""

    def __init__(self) -> None:
        self.left_out = 0
        self._lines, self._characters, self._coloured = MOST_LINES, MOST_CHARACTERS, MOST_COLOURED

    def take(self, lines: list[str]) -> list[str]:
        """The first of these lines, as many as there is room for; the others are counted."""
        count = 0
        while count < min(len(lines), self._lines) and self._characters > 0:
            self._characters -= min(len(lines[count]), LONGEST_LINE) + 1
            count += 1
        self._lines -= count
        self.left_out += len(lines) - count
        return lines[:count]

    def has_colours(self, lines: Sequence[str]) -> bool:
        """Whether all of these lines can still be coloured, and at a fair price: the lexer is slow at wide blanks."""
        self._coloured -= sum(min(len(line), LONGEST_LINE) + 1 for line in lines)
        return self._coloured >= 0 and _WIDE_BLANK.search("\n".join(lines)) is None


def _code_lines(
    rows: Sequence[Markup], cell: int | None, errors: Mapping[Place, list[Any]], comments: Mapping[Place, list[Any]]
) -> Iterator[CodeLine]:
    for at, row in enumerate(rows, 1):
        place = (cell, at)
        yield CodeLine(at, _anchor(cell, at), row, tuple(errors.get(place, ())), tuple(comments.get(place, ())))


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
    return Markup("\n").join(_coloured(unified(text).removesuffix("\n")))


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


def _coloured_lines(lines: Sequence[str]) -> list[Markup]:
    """These lines in colour, each no longer than is shown."""
    rows = _coloured("\n".join(line[:LONGEST_LINE] for line in lines))
    return [row + MORE if len(line) > LONGEST_LINE else row for row, line in zip(rows, lines, strict=True)]


def _coloured(text: str) -> list[Markup]:
    """The lines of a piece of Python as spans with Pygments' short classes."""
    rows: list[list[str]] = [[]]
    for kind, value in _lexer().get_tokens(text):
        first, *others = value.split("\n")
        rows[-1].append(_span(kind, first))
        rows.extend([_span(kind, other)] for other in others)
    return [Markup("".join(row)) for row in rows]  # noqa: S704 - made of escaped pieces


@cache
def _lexer() -> PythonLexer:
    return PythonLexer(stripnl=False, ensurenl=False)


def _span(kind: _TokenType, text: str) -> str:
    name, words = _short_name(kind), marked(text, code=True)
    return f'<span class="{name}">{words}</span>' if name and text else str(words)


@cache
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
