"""What feedback must never show: a path of the pack, a line of a hidden check, a hidden input, an expected value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.packcheck.complaints import Complaint, complaint
from grader.packs import Pack
from grader.report import CheckResult, Report
from grader.sentences import LOCALES

# Shorter lines, `import torch` or `x = rand(3)`, may stand in anybody's file.
SOURCE_CHARACTERS = 24
SHOWN_CHARACTERS = 160


@dataclass(frozen=True)
class HiddenText:
    """The pieces of text of one pack that no student may read."""

    paths: tuple[str, ...]
    lines: tuple[str, ...]

    @classmethod
    def of(cls, pack: Pack) -> HiddenText:
        """The pack's own folder and files, and the lines of its checks."""
        files = sorted(pack.path.glob("checks/**/*.py"))
        engine = Path(__file__).resolve().parent.parent
        paths = [str(pack.path), str(engine), "grader.checks", *(file.name for file in files)]
        return cls(tuple(paths), tuple(line for file in files for line in _lines_of(file)))


def _lines_of(file: Path) -> Iterator[str]:
    source = file.read_text(encoding="utf-8", errors="replace")
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    inside = {
        number
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for number, line in enumerate(source.splitlines(), 1):
        if number in inside and len(line.strip()) >= SOURCE_CHARACTERS:
            yield line.strip()


def leaks_of(report: Report, file: str, hidden: HiddenText) -> Iterator[Complaint]:
    """What the report of a submission shows and must not. The instructor's own fields are left out."""
    for check in report.checks:
        text = "\n".join(_public_text(check))
        for kind, pieces in (("leaks-path", hidden.paths), ("leaks-source", hidden.lines)):
            found = next((piece for piece in pieces if piece in text), None)
            if found is not None:
                yield complaint(file, kind, report.seed, check=check.name, shown=found)


def _public_text(check: CheckResult) -> Iterator[str]:
    for locale in LOCALES:
        yield from (check.feedback[locale], check.hint[locale])
    if check.verdict != "broken":
        yield from (str(value) for value in check.detail.values())


def varying_feedback(reports: Sequence[Report]) -> Iterator[Complaint]:
    """The checks whose feedback to one and the same answer depends on the seed: only something hidden does."""
    told: dict[tuple[str, str, str | None], str] = {}
    complained: set[str] = set()
    for report in reports:
        for check in report.checks:
            for locale in LOCALES:
                words = f"{check.feedback[locale]} {check.hint[locale]}"
                before = told.setdefault((check.name, locale, check.diagnosis), words)
                if before != words and check.name not in complained:
                    complained.add(check.name)
                    blanks = {"one": before[:SHOWN_CHARACTERS], "other": words[:SHOWN_CHARACTERS]}
                    yield complaint("checks", "leaks-value", report.seed, check=check.name, **blanks)
