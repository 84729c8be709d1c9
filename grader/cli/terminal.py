"""What reaches a terminal: nothing in it can command the terminal, and nothing fails to be printed."""

from __future__ import annotations

import io
import json
import math
import sys
import unicodedata
from typing import IO, Any

from rich.console import Console

# Format characters that only join letters and emoji; all others (directions, tags, soft hyphens) can mislead a reader.
_JOINERS = frozenset("\u200c\u200d")


def plain(text: str) -> str:
    """`text` with every character that is not to be seen written out: escape sequences, directions, surrogates.

    Line ends stay, tabs become four spaces.
    """
    lines = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(character if _is_plain(character) else _written_out(character) for character in lines)


def one_line(text: str) -> str:
    """`plain` for a place that has room for a single line."""
    return plain(text).replace("\n", " ")


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isprintable() or character == "\n"
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} or character in _JOINERS


def _written_out(character: str) -> str:
    return f"\\x{ord(character):02x}" if character.isascii() else character.encode("ascii", "backslashreplace").decode()


def out() -> Console:
    """Standard output for people. Colours only where a terminal shows them and NO_COLOR is not set."""
    return _console(sys.stdout)


def err() -> Console:
    """Standard error for people."""
    return _console(sys.stderr)


def _console(file: IO[str]) -> Console:
    _never_fail_to_encode(file)
    return Console(file=file, markup=False, highlight=False, emoji=False, soft_wrap=False)


def _never_fail_to_encode(file: IO[str]) -> None:
    if isinstance(file, io.TextIOWrapper) and file.errors == "strict":
        file.reconfigure(errors="replace")


def is_unicode(console: Console) -> bool:
    """Can it show more than ASCII?"""
    return console.encoding.lower().replace("-", "").startswith("utf")


def json_line(value: Any, indent: int | None = None) -> str:
    """Strict JSON for any parser: a number that JSON does not know becomes null."""
    return json.dumps(_strict(value), ensure_ascii=not _stdout_is_utf8(), allow_nan=False, indent=indent)


def _stdout_is_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _strict(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _strict(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(entry) for entry in value]
    return value
