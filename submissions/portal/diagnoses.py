"""What a diagnosis is called: the sentences of the engine's catalogue of mistakes and of a pack's own.

Read as data: the service never imports the checks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import grader

CATALOGUE = Path(grader.__path__[0]) / "checks" / "feedback.toml"

Text = Mapping[str, str]


def title(code: str | None, pack: Path | None, locale: str) -> str:
    """The headline of a diagnosis in a language; "" for a code that no catalogue has (any more)."""
    return _words(code, pack, "title", locale)


def explanation(code: str | None, pack: Path | None, locale: str) -> tuple[str, str]:
    """What happened and what a student is told to try; "" where no catalogue says it."""
    return _words(code, pack, "text", locale), _words(code, pack, "hint", locale)


def _words(code: str | None, pack: Path | None, part: str, locale: str) -> str:
    if not code:
        return ""
    own = _entries(pack / "feedback.toml", _stamp(pack / "feedback.toml")) if pack is not None else {}
    found = own.get(code) or _entries(CATALOGUE, 0.0).get(code, {})
    return str(found.get(part, {}).get(locale, ""))


def _stamp(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=64)
def _entries(path: Path, _changed: float) -> Mapping[str, Mapping[str, Any]]:
    """The diagnoses of a catalogue: its tables with a title in the languages."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {code: _texts(table) for code, table in tables.items() if isinstance(table.get("title"), dict)}


def _texts(table: Mapping[str, Any]) -> Mapping[str, Text]:
    return {part: words for part, words in table.items() if isinstance(words, dict)}
