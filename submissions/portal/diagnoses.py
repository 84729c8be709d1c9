"""What a diagnosis is called: the titles of the engine's catalogue of mistakes and of a pack's own.

Read as data: the service never imports the checks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import grader

CATALOGUE = Path(grader.__path__[0]) / "checks" / "feedback.toml"

Text = Mapping[str, str]


def title(code: str | None, pack: Path | None, locale: str) -> str:
    """The headline of a diagnosis in a language; "" for a code that no catalogue has (any more)."""
    if not code:
        return ""
    own = _titles(pack / "feedback.toml", _stamp(pack / "feedback.toml")) if pack is not None else {}
    found = own.get(code) or _titles(CATALOGUE, 0.0).get(code, {})
    return found.get(locale, "")


def _stamp(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=64)
def _titles(path: Path, _changed: float) -> Mapping[str, Text]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {code: table["title"] for code, table in tables.items() if isinstance(table.get("title"), dict)}
