"""Shows the errors a run ended in as a student can use them: his line, a pointer, and what we know about the cause."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from grader.report import StudentError
from grader.sentences import sentence
from grader.wire.messages import CellOutcome, Problem, RunReport

MAX_ERRORS = 20
NO_ADVICE = {"en": "", "zh": ""}

# Full-width punctuation that Unicode's compatibility form does not bring back to ASCII.
ASCII_FOR = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "。": ".",
    "、": ",",
    "【": "[",
    "】": "]",
    "《": "<",
    "》": ">",
    "－": "-",
    "—": "-",
}


def student_errors(run: RunReport, source: str, kind: str) -> tuple[StudentError, ...]:
    """One entry for each cell that did not end well, at most MAX_ERRORS of them."""
    failed = [cell for cell in run.cells if cell.problem is not None][:MAX_ERRORS]
    marked = has_cells(run, kind)
    return tuple(
        _shown(cell, cell.problem, _lines(cell, source, kind), marked=marked) for cell in failed if cell.problem
    )


def has_cells(run: RunReport, kind: str) -> bool:
    """Whether the submission has cells that its author knows of: a notebook's, or those of cell marks in a file."""
    return kind == "ipynb" or any(cell.label is not None for cell in run.cells)


def _shown(cell: CellOutcome, problem: Problem, lines: list[str], *, marked: bool) -> StudentError:
    text = problem.text
    if text is None and problem.line is not None and 1 <= problem.line <= len(lines):
        text = lines[problem.line - 1]
    return StudentError(
        type=problem.types[0] if problem.types else "Exception",
        message=problem.message,
        cell=cell.index + 1 if marked else None,
        line=problem.line,
        column=problem.column,
        source=text.rstrip() if text else None,
        traceback=problem.traceback,
        advice=_advice(problem, text or ""),
    )


def _advice(problem: Problem, text: str) -> dict[str, str]:
    if "SyntaxError" not in problem.types:
        return NO_ADVICE
    line = problem.line or 0
    for character in _culprits(problem, text):
        ascii_form = ASCII_FOR.get(character) or unicodedata.normalize("NFKC", character)
        if unicodedata.category(character) in ("Cf", "Zs", "Cc"):
            return sentence("invisible-character", line=line, found=f"U+{ord(character):04X}")
        if ascii_form.isascii() and ascii_form != character:
            return sentence("full-width-character", line=line, found=character, wanted=ascii_form)
    return sentence("syntax-error", line=line, message=problem.message)


def _culprits(problem: Problem, text: str) -> list[str]:
    """The character Python points at, then every other character of the line that is not ASCII or a letter."""
    pointed = text[problem.column - 1 : problem.column] if problem.column else ""
    strange = [c for c in text if not c.isascii() and unicodedata.category(c)[0] in "PSZC"]
    return [c for c in [*pointed, *strange] if not c.isascii()]


def _lines(cell: CellOutcome, source: str, kind: str) -> list[str]:
    """The lines that a problem's line number counts: of the file, or of the notebook's cell."""
    if kind != "ipynb":
        return source.splitlines()
    try:
        return _code_of_cell(json.loads(source), cell.index).splitlines()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []


def _code_of_cell(notebook: Any, index: int) -> str:
    cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
    code = [cell for cell in cells if cell.get("cell_type") == "code"][index]
    text = code.get("source", code.get("input", ""))
    return text if isinstance(text, str) else "".join(text)
