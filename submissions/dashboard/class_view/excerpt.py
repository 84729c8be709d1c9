"""A student's code shown to a whole class: nothing in it says whose it is, and the lines keep their numbers.

Comments and docstrings go, because people write there who they are. In strings the names of the course's members, mail
addresses and long numbers are blacked out; in names of variables, and wherever else, those of the author.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pygments.lexers import PythonLexer
from pygments.token import Token, _TokenType

from grader.report import StudentError
from submissions.portal.codeview import code_of, coloured
from submissions.portal.plain import unified
from submissions.store.class_view import Specimen

MASK = "▇▇"
NAME_MASK = "someone"
_COMMENT: Any = Token.Comment
_DOCSTRING: Any = Token.Literal.String.Doc
_STRING: Any = Token.Literal.String
_NAME: Any = Token.Name
_BUILTIN: Any = Token.Name.Builtin
MOST_LINES, AROUND = 60, 6
# Of a longer file the rest is not looked at: to colour it would take seconds.
MOST_CHARACTERS = 20_000
# Bounded, so that no string is looked through again and again.
_REVEALING = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}|\d{6,}")
_CELL = re.compile(r"# In \[(\d+)\]")


@dataclass(frozen=True)
class Line:
    """A line of an excerpt; `error` is what went wrong there, or ""."""

    number: int
    html: Markup
    error: str = ""


@dataclass(frozen=True)
class Excerpt:
    """The lines that are shown. `left_out`: how many are not."""

    lines: tuple[Line, ...]
    left_out: int


def excerpt(specimen: Specimen, known: str = "") -> Excerpt:
    """The part around the errors, or the beginning where none names a line. `known`: code whose words reveal nobody."""
    text = code_of(specimen.source, specimen.kind)[:MOST_CHARACTERS]
    errors = specimen.report.errors if specimen.report is not None else ()
    failing = _failing(text, errors, notebook=specimen.kind == "ipynb")
    rows = coloured(anonymous(text, specimen.author, specimen.others, known)).split("\n")
    chosen = _chosen(len(rows), failing)
    lines = tuple(Line(number, Markup(rows[number - 1]), failing.get(number, "")) for number in chosen)  # noqa: S704
    return Excerpt(lines, len(rows) - len(lines))


def anonymous(text: str, author: Iterable[str], others: Iterable[str], known: str = "") -> str:
    """Python without anything that tells who wrote it, line by line as it was."""
    own = {part for name in author for part in (name, *re.split(r"[\s@]+", name)) if len(part) > 1}
    there = {name for name in others if len(name) > 1 and name in text}
    bare = {re.sub(r"\W", "", name).casefold() for name in own}
    mask = _Mask(
        told=_masker(own | there),
        exact=frozenset(name for name in own | {name for name in there if not name.isascii()} if name not in known),
        within=tuple(word for word in bare if len(word) > 3 and word not in known.casefold()),
    )
    pieces = PythonLexer(stripnl=False, ensurenl=False).get_tokens(unified(text))
    return "".join(_kept(kind, value, mask) for kind, value in pieces)


@dataclass(frozen=True)
class _Mask:
    """told: a string without names. exact: words that are a name. within: what no name of a variable may contain."""

    told: Callable[[str], str]
    exact: frozenset[str]
    within: Sequence[str]


def _kept(kind: _TokenType, value: str, mask: _Mask) -> str:
    if kind in _COMMENT:
        return value if _CELL.fullmatch(value) else ""
    if kind in _DOCSTRING:
        return f'"""…"""{_breaks(value)}'
    if kind in _STRING:
        return mask.told(value)
    if value in mask.exact and kind not in _BUILTIN:
        return NAME_MASK
    if kind in _NAME and any(word in value.casefold() for word in mask.within):
        return NAME_MASK
    return value


def _breaks(value: str) -> str:
    """The ends of lines, so that what follows keeps its number."""
    return "\n" * value.count("\n")


def _masker(names: Iterable[str]) -> Callable[[str], str]:
    words = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    # A name in Latin letters counts as a whole word: "Li" is no part of "List".
    alternatives = [rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in words]
    pattern = re.compile("|".join([*alternatives, _REVEALING.pattern]), re.IGNORECASE)
    return lambda value: pattern.sub(MASK, value)


def _failing(text: str, errors: Sequence[StudentError], *, notebook: bool) -> dict[int, str]:
    """The kind of each error by the number of its line in `text`. A kind of the student's own may have his name."""
    starts: dict[int | None, int] = {None: 0}
    if notebook:
        marks = ((_CELL.fullmatch(line), place) for place, line in enumerate(text.split("\n"), 1))
        starts = {int(mark[1]): place for mark, place in marks if mark}
    found = {}
    for error in errors:
        start = starts.get(error.cell if notebook else None)
        if start is not None and error.line is not None:
            found[start + error.line] = error.type if hasattr(builtins, error.type) else "Exception"
    return found


def _chosen(count: int, failing: Iterable[int]) -> list[int]:
    near = {line for at in failing for line in range(max(1, at - AROUND), min(count, at + AROUND) + 1)}
    return sorted(near)[:MOST_LINES] or list(range(1, min(count, MOST_LINES) + 1))
