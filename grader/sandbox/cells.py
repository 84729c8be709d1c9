"""Cuts a submission into the cells it is run by: a notebook's, a marked file's, else single statements."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from grader.sandbox.magics import Scanner
from grader.sandbox.recovery import Readable, fenced_blocks, read_cell, read_file
from grader.sandbox.text_cells import commented_cells, text_cells

FILE_NAME = "submission.py"
NOTES = 100

_MARK = re.compile(
    r"^#\s?(?:(?P<percent>%%(?P<title>.*))|(?P<prompt>In\s?\[[\s\d*]*\]):?.*|<(?P<kind>code|markdown)cell>.*"
    r"|--+\s*cell\b(?P<name>.*))$",
    re.MULTILINE,
)
_MARKDOWN_TITLE = re.compile(r"\[(?:markdown|md|raw)\]", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """One piece to run. `file` is the name it is compiled under; `code` has the line numbers of that file."""

    index: int
    label: str | None
    lines: tuple[int, int]
    file: str
    code: Readable


@dataclass
class Plan:
    """A submission, ready to run.

    `flushes`: figures are shown and closed after each cell, as a notebook does. `is_script`: SystemExit ends the run.
    """

    cells: list[Cell] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    flushes: bool = False
    is_script: bool = False

    def note(self, readable: Readable) -> None:
        """Take over what was dropped from a piece of code, and what it says to people."""
        self.notes = (self.notes + readable.notes)[:NOTES]
        self.prose += readable.prose
        if readable.tree is not None:
            self.prose += text_cells(readable.tree)


@dataclass(frozen=True)
class _Mark:
    line: int
    label: str
    is_prose: bool
    is_prompt: bool


def plan_file(source: str) -> Plan:
    """The plan of a `.py` file."""
    text = normalised(source)
    plan = Plan(files={FILE_NAME: text})
    marks = _marks(text)
    if marks:
        plan.flushes = any(mark.is_prompt for mark in marks)
        _add_marked(plan, text, marks)
        return plan
    plan.is_script = True
    whole = read_file(text, FILE_NAME)
    blocks = fenced_blocks(text, FILE_NAME) if whole.tree is None else None
    if blocks is not None:
        _add_blocks(plan, text, blocks)
    elif whole.tree is None:
        plan.note(whole)
        plan.cells.append(Cell(0, None, (1, text.count("\n") + 1), FILE_NAME, whole))
    else:
        _add_statements(plan, whole)
    return plan


def normalised(text: str) -> str:
    """Without a byte order mark, with plain line ends."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _marks(text: str) -> list[_Mark]:
    if not _MARK.search(text):
        return []
    scanner, found = Scanner(), []
    for number, line in enumerate(text.split("\n"), 1):
        if scanner.at_start and line.startswith("#") and (match := _MARK.match(line)):
            found.append(_mark(number, match))
        scanner.feed(line)
    return found


def _mark(number: int, match: re.Match[str]) -> _Mark:
    title = (match["title"] or match["name"] or "").strip()
    is_prose = match["kind"] == "markdown" or bool(match["percent"] and _MARKDOWN_TITLE.search(title))
    label = re.sub(r"\s", "", match["prompt"]) if match["prompt"] else f"%% {title}".strip()
    return _Mark(number, label[:200], is_prose, match["prompt"] is not None)


def _add_marked(plan: Plan, text: str, marks: list[_Mark]) -> None:
    lines = text.split("\n")
    if marks[0].line > 1:
        _add_text_cell(plan, lines, (1, marks[0].line - 1), None)
    if plan.flushes:
        plan.prose += commented_cells(lines)
    ends = [mark.line - 1 for mark in marks[1:]] + [len(lines)]
    for mark, end in zip(marks, ends, strict=True):
        if mark.is_prose:
            plan.prose.append(_uncommented(lines[mark.line : end]))
        else:
            _add_text_cell(plan, lines, (mark.line, end), mark.label)


def _add_text_cell(plan: Plan, lines: list[str], span: tuple[int, int], label: str | None) -> None:
    first, last = span
    # Empty lines in front give every line the number it has in the file.
    text = "\n".join([""] * (first - 1) + lines[first - 1 : last])
    code = read_cell(text, FILE_NAME)
    plan.note(code)
    if code.tree is None or code.tree.body:
        plan.cells.append(Cell(len(plan.cells), label, span, FILE_NAME, code))


def _add_blocks(plan: Plan, text: str, blocks: list[tuple[int, int, bool]]) -> None:
    lines = text.split("\n")
    for first, last, is_python in blocks:
        if not is_python:
            plan.prose.append("\n".join(lines[first - 1 : last]))
            continue
        code = read_cell("\n".join([""] * (first - 1) + lines[first - 1 : last]), FILE_NAME)
        if code.tree is None:
            plan.cells.append(Cell(len(plan.cells), None, (first, last), FILE_NAME, code))
            plan.note(code)
        else:
            _add_statements(plan, code)


def _add_statements(plan: Plan, whole: Readable) -> None:
    plan.note(whole)
    assert whole.tree is not None
    for node in whole.tree.body:
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
        code = Readable(whole.text, ast.Module([node], []))
        plan.cells.append(Cell(len(plan.cells), None, (first, node.end_lineno or first), FILE_NAME, code))


def _uncommented(lines: list[str]) -> str:
    text = "\n".join(re.sub(r"^#\s?", "", line) for line in lines)
    return text.strip().strip("\"'").strip()
