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
    """The reference solution and everything in right/: full marks.

    A right answer in a form that can't earn every point (a script, where functions are asked for) declares with the
    same header which checks are out of its reach.
    """
    return [Sample(pack / "solution.py", {}), *(declared_sample(path) for path in sample_files(pack / "right"))]


def wrong_samples(pack: Path) -> list[Sample]:
    """Everything in wrong/, each with what its header declares. Raises PackError for a file without a header."""
    samples = [declared_sample(path) for path in sample_files(pack / "wrong")]
    for sample in samples:
        if not sample.failures:
            raise PackError(f"{pack.name}/{sample.name} has no header '# expect: check=code'.")
    return samples


def sample_files(folder: Path) -> list[Path]:
    """The sample submissions in a folder, by name."""
    return sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES)


def declared_sample(path: Path) -> Sample:
    """A sample with what its header declares; nothing where there is none."""
    text = path.read_text(encoding="utf-8", errors="replace")
    entries = [entry for match in _EXPECT.finditer(text) for entry in match["entries"].split(",") if entry.strip()]
    failures = {}
    for entry in entries:
        check, _, code = entry.partition("=")
        failures[check.strip()] = code.strip() or None
    score = _SCORE.search(text)
    return Sample(path, failures, float(score["score"]) if score else None)
