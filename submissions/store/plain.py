"""What comes from students, made storable: PostgreSQL keeps neither NUL characters nor numbers that are no numbers.

SQLite would keep them; both store the same, so that a course can move.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

PlainT = TypeVar("PlainT")

REPLACEMENT = "\ufffd"


def words(text: str) -> str:
    """`text` with a mark in the place of every NUL and every half of a surrogate pair."""
    whole = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if not _is_utf8(text) else text
    return whole.replace("\0", REPLACEMENT)


def plain(value: PlainT) -> PlainT:
    """The same JSON value with storable strings, and null for NaN and the infinities."""
    found: Any = value
    if isinstance(value, str):
        found = words(value)
    elif isinstance(value, float) and not math.isfinite(value):
        found = None
    elif isinstance(value, dict):
        found = {words(key): plain(entry) for key, entry in value.items()}
    elif isinstance(value, list | tuple):
        found = [plain(entry) for entry in value]
    return found  # type: ignore[no-any-return]


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
