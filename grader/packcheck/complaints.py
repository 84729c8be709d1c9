"""What is not in order about a pack: a place in it and a sentence of complaints.toml, which has both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.sentences import LOCALES

Blank = str | int | float


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every sentence, by its key and language."""
    return tomllib.loads(Path(__file__).with_name("complaints.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Complaint:
    """One thing to put right. `file` is a path inside the pack, with a line where it is known.

    `seed` is the grading's, None where the complaint does not come from one.
    """

    file: str
    key: str
    blanks: tuple[tuple[str, Blank], ...] = ()
    seed: int | None = None

    def text(self, locale: str) -> str:
        """The sentence, without the file."""
        return catalogue()[self.key][locale].format_map(dict(self.blanks))

    def __str__(self) -> str:
        return f"{self.file}: {self.text(LOCALES[0])}"


def complaint(file: str, key: str, seed: int | None = None, **blanks: Blank) -> Complaint:
    """A complaint with its blanks given by name."""
    return Complaint(file, key, tuple(sorted(blanks.items())), seed)


@dataclass(frozen=True)
class Merged:
    """The same complaint under one or more seeds."""

    complaint: Complaint
    seeds: tuple[int, ...]


def merged(complaints: Iterable[Complaint]) -> Sequence[Merged]:
    """Each complaint once, in the order of its first coming, with all the seeds it came under."""
    found: dict[Complaint, list[int]] = {}
    for entry in complaints:
        seeds = found.setdefault(Complaint(entry.file, entry.key, entry.blanks), [])
        if entry.seed is not None and entry.seed not in seeds:
            seeds.append(entry.seed)
    return [Merged(entry, tuple(sorted(seeds))) for entry, seeds in found.items()]
