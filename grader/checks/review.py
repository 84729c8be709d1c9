"""What a check, or the reading of the code, wants an instructor to look at: a code of `review.toml` with its blanks.

When a check is uncertain it says so here and does not guess. Nothing that is said here costs points.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.checks.feedback import Detail
from grader.errors import PackError

SENTENCES = Path(__file__).with_name("review.toml")


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `cell` and `line` say where in the file, None where it is no place in it."""

    code: str
    detail: Mapping[str, Detail]
    cell: int | None = None
    line: int | None = None
    source: str | None = None

    @property
    def text(self) -> dict[str, str]:
        """The sentence, by language."""
        return {locale: said.format_map(self.detail) for locale, said in sentences()[self.code].items()}


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Every entry of review.toml."""
    return tomllib.loads(SENTENCES.read_text(encoding="utf-8"))


_findings: list[Finding] = []


def put_up_for_review(code: str, **detail: Detail) -> None:
    """Leaves a note for the instructor with the running check, whose verdict stays what it is."""
    if code not in sentences():
        raise PackError(f"The finding {code!r} has no entry in {SENTENCES.name}.")
    finding = Finding(code, detail)
    if finding not in _findings:
        _findings.append(finding)


def take() -> list[Finding]:
    """What was put up since the previous `take`."""
    found = list(_findings)
    _findings.clear()
    return found
