"""What a sample submission of a pack must get, as its own header declares it.

    # expect: second_backward_raises=never-run-twice, zeroed_between=not-zeroed
    # score: 6                                                    (optional)

Every check that is not named must pass or be skipped. `check=` without a code expects a failure without a diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import PackError

_EXPECT = re.compile(r"#\s*expect:\s*(?P<entries>[^\"\\\n]+)")
_SCORE = re.compile(r"#\s*score:\s*(?P<score>[\d.]+)")
SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True)
class Sample:
    """A sample submission. `failures` maps each check that must fail to its diagnosis; empty means full marks."""

    path: Path
    failures: Mapping[str, str | None]
    score: float | None = None

    @property
    def name(self) -> str:
        """The file with its folder: right/notebook.ipynb."""
        return f"{self.path.parent.name}/{self.path.name}"


def right_samples(pack: Path) -> list[Sample]:
    """The reference solution and everything in right/: full marks."""
    return [Sample(path, {}) for path in (pack / "solution.py", *sample_files(pack / "right"))]


def wrong_samples(pack: Path) -> list[Sample]:
    """Everything in wrong/, each with what its header declares. Raises PackError for a file without a header."""
    return [declared_sample(path) for path in sample_files(pack / "wrong")]


def sample_files(folder: Path) -> list[Path]:
    """The sample submissions in a folder, by name."""
    return sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES)


def declared_sample(path: Path) -> Sample:
    """A wrong answer with what its header declares. Raises PackError where there is none."""
    text = path.read_text(encoding="utf-8", errors="replace")
    entries = [entry for match in _EXPECT.finditer(text) for entry in match["entries"].split(",") if entry.strip()]
    if not entries:
        raise PackError(f"{path.parent.parent.name}/wrong/{path.name} has no header '# expect: check=code'.")
    failures = {}
    for entry in entries:
        check, _, code = entry.partition("=")
        failures[check.strip()] = code.strip() or None
    score = _SCORE.search(text)
    return Sample(path, failures, float(score["score"]) if score else None)
