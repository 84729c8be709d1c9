"""Shows an error of the student's own: what it is, where, his line, and a pointer under the place."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.padding import Padding
from rich.text import Text

from grader.cli.terminal import one_line, plain
from grader.cli.texts import Texts
from grader.report import StudentError

MESSAGE_CHARACTERS = 600
MIN_WIDTH = 20


def error_lines(error: StudentError, texts: Texts, width: int) -> Iterator[Text | Padding]:
    """The renderables of one error for a terminal of this width."""
    message = plain(error.message)[:MESSAGE_CHARACTERS]
    yield Text.assemble((one_line(error.type), "bold red"), f": {message}" if message else "")
    place = _place(error, texts)
    if place:
        yield Padding(Text(place, "dim"), (0, 0, 0, 2))
    if error.source is not None:
        yield from _source_line(error, width)
    advice = error.advice[texts.locale]
    if advice:
        yield Padding(Text(plain(advice)), (0, 0, 0, 2))


def _place(error: StudentError, texts: Texts) -> str:
    if error.cell is not None and error.line is not None:
        return texts("at-cell-line", cell=error.cell, line=error.line)
    if error.line is not None:
        return texts("at-line", line=error.line)
    return texts("at-cell", cell=error.cell) if error.cell is not None else ""


def _source_line(error: StudentError, width: int) -> Iterator[Text]:
    source = (error.source or "").split("\n", 1)[0]
    gutter = f"  {error.line if error.line is not None else '':>4} | "
    room = max(MIN_WIDTH, width - len(gutter) - 1)
    # The pointer goes by what is shown before it: tabs are wider than one column, so are Chinese characters.
    before = one_line(source[: error.column - 1]) if error.column else ""
    shown, offset = _window(one_line(source), cell_len(before), room)
    yield _unwrapped(Text.assemble((gutter, "dim"), shown))
    if error.column and error.column <= len(source) + 1:
        yield _unwrapped(Text.assemble((f"{'':>{len(gutter) - 2}}| ", "dim"), " " * offset, ("^", "bold red")))


def _window(line: str, pointer: int, room: int) -> tuple[str, int]:
    """The part of a long line around the column `pointer`, and where the pointer stands in it."""
    if cell_len(line) <= room:
        return line, pointer
    start = max(0, pointer - room * 2 // 3)
    if start == 0:
        return _cut(line, room - 1) + "…", pointer
    skipped = _cut(line, start)
    rest = _cut(line[len(skipped) :], room - 2)
    end = "…" if len(skipped) + len(rest) < len(line) else ""
    return f"…{rest}{end}", 1 + pointer - cell_len(skipped)


def _cut(text: str, room: int) -> str:
    """The beginning of `text` that takes at most `room` columns."""
    used = 0
    for at, character in enumerate(text):
        used += cell_len(character)
        if used > room:
            return text[:at]
    return text


def _unwrapped(text: Text) -> Text:
    text.no_wrap = True
    text.overflow = "crop"
    return text
