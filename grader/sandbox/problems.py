"""An exception that left the student's code, as a `Problem`: his own lines only."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FrameType

from grader.sandbox.sources import Sources
from grader.sandbox.texts import NAME_CHARACTERS, class_name, class_names, message_of
from grader.wire.messages import Problem

SHOWN_FRAMES = 20
LINE_CHARACTERS = 400

_TRACEBACK = BaseException.__dict__["__traceback__"]

_Place = tuple[str, int, str]


def problem_of(error: BaseException, sources: Sources, cell: int | None) -> Problem:
    """Describe `error`. `cell` is the running cell, told when no line of the student's is involved.

    Works while the error is still on its way: the student's frames that it has not reached yet count as well.
    """
    places = _student_places(error, sources)
    line = column = text = None
    if places:
        name, line, _ = places[-1]
        found = sources.cell_of(name, line)
        cell = cell if found is None else found
    if isinstance(error, SyntaxError) and _is_compilers(error, sources):
        return _syntax_problem(error, cell)
    return Problem(
        types=class_names(type(error)),
        message=message_of(error),
        cell=cell,
        line=line,
        column=column,
        text=text,
        traceback=_shown(error, places, sources),
    )


def _is_compilers(error: SyntaxError, sources: Sources) -> bool:
    """Whether it is about the submission's own text; one that a student made by hand may hold anything."""
    kinds = (type(error.filename), type(error.lineno), type(error.msg))
    return kinds == (str, int, str) and error.filename in sources.names


def _syntax_problem(error: SyntaxError, cell: int | None) -> Problem:
    text = error.text.rstrip("\n")[:LINE_CHARACTERS] if isinstance(error.text, str) else ""
    column = error.offset if type(error.offset) is int and error.offset > 0 else None
    pointer = " " * (column - 1) + "^" if column and column <= len(text) + 1 else ""
    message = str(error.msg)
    trace = [f'  File "{error.filename}", line {error.lineno}', f"    {text}"]
    if pointer:
        trace.append(f"    {pointer}")
    return Problem(
        types=class_names(type(error)),
        message=message,
        cell=cell,
        line=error.lineno,
        column=column,
        text=text,
        traceback="\n".join([*trace, f"{class_name(type(error))}: {message}"]),
    )


def _student_places(error: BaseException, sources: Sources) -> list[_Place]:
    passed: list[_Place] = []
    frames = set()
    trace = _TRACEBACK.__get__(error)
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.add(trace.tb_frame)
        if code.co_filename in sources.names:
            passed.append((code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    waiting: list[_Place] = []
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename in sources.names and frame not in frames:
            waiting.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return waiting[::-1] + passed


def _shown(error: BaseException, places: list[_Place], sources: Sources) -> str:
    half = SHOWN_FRAMES // 2
    lines = ["Traceback (most recent call last):"] if places else []
    if len(places) <= SHOWN_FRAMES:
        lines += _frame_lines(places, sources)
    else:
        lines += _frame_lines(places[:half], sources)
        lines.append(f"  [{len(places) - 2 * half} more]")
        lines += _frame_lines(places[-half:], sources)
    name, message = class_name(type(error)), message_of(error)
    return "\n".join([*lines, f"{name}: {message}" if message else name])


def _frame_lines(places: Iterable[_Place], sources: Sources) -> list[str]:
    lines = []
    for name, number, function in places:
        lines.append(f'  File "{name}", line {number}, in {function[:NAME_CHARACTERS]}')
        text = sources.line(name, number).strip()[:LINE_CHARACTERS]
        if text:
            lines.append(f"    {text}")
    return lines
