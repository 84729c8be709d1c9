"""Mutants of a pack's solution: what a hidden check must notice, and what it need not, for a written reason.

`equivalent_mutants.toml` of a pack lists the mutants that answer the exercise as well as the solution does:

    [[equivalent]]
    line = "plt.xlabel('x')"      # the first changed line as the solution has it, without its indentation
    becomes = "pass"              # the line as the mutant has it; left out, every change of that line is meant
    reason = "The statement asks for no axis label."
"""

from __future__ import annotations

import ast
import difflib
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import PackError
from grader.packcheck.mutators import MUTATORS
from grader.packcheck.schedule import Grader, Schedule
from grader.packcheck.splicing import Source
from grader.packs import Pack
from grader.report import Report
from grader.submission import Submission

EQUIVALENT_MUTANTS = "equivalent_mutants.toml"
SEED = 1


@dataclass(frozen=True)
class Mutant:
    """One changed solution. `line` is the number of the first changed line; `removed` and `added` are its two forms."""

    operator: str
    line: int
    source: str
    removed: str
    added: str


@dataclass(frozen=True)
class Equivalent:
    """Mutants that lose nothing and need not. `becomes` is None for every change of the line."""

    line: str
    becomes: str | None
    reason: str

    def fits(self, mutant: Mutant) -> bool:
        """Whether this entry speaks of the mutant."""
        return self.line == mutant.removed and self.becomes in (None, mutant.added)


@dataclass(frozen=True)
class Trial:
    """One graded mutant. `reason` is why it may survive, "" where nobody said."""

    mutant: Mutant
    report: Report
    reason: str = ""

    @property
    def killed(self) -> bool:
        """It lost points, or could not be graded as a submission at all."""
        return self.report.status == "rejected" or (self.graded and self.report.score < self.report.max_score)

    @property
    def graded(self) -> bool:
        """The checks came to a verdict; a check that goes wrong itself has found nothing."""
        return self.report.status == "graded"


def mutants_of(text: str) -> list[Mutant]:
    """Every mutant of a solution that compiles and is another program, each once. Raises SyntaxError for `text`."""
    source = Source(text)
    seen = {ast.dump(source.tree)}
    found = []
    for node in source.nodes():
        for mutator in MUTATORS:
            for edit in mutator(source, node):
                mutated = source.replaced(edit.start, edit.end, edit.text)
                if _is_new(mutated, seen):
                    found.append(_mutant(edit.operator, text, mutated))
    return sorted(found, key=lambda mutant: mutant.line)


def _is_new(mutated: str, seen: set[str]) -> bool:
    try:
        compile(mutated, "mutant", "exec", dont_inherit=True)
        dump = ast.dump(ast.parse(mutated))
    except (SyntaxError, ValueError):
        return False
    if dump in seen:
        return False
    seen.add(dump)
    return True


def _mutant(operator: str, text: str, mutated: str) -> Mutant:
    before, after = text.splitlines(), mutated.splitlines()
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    _, start, end, start_after, end_after = next(change for change in changes if change[0] != "equal")
    removed = before[start].strip() if start < end else ""
    added = after[start_after].strip() if start_after < end_after else ""
    return Mutant(operator, start + 1, mutated, removed, added)


def equivalents_of(pack: Path) -> list[Equivalent]:
    """The entries of the pack's equivalent_mutants.toml, none without the file. Raises PackError."""
    path = pack / EQUIVALENT_MUTANTS
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}: {error}") from error
    return [_equivalent(entry) for entry in entries]


def _equivalent(entry: dict[str, object]) -> Equivalent:
    line, becomes, reason = entry.get("line"), entry.get("becomes"), entry.get("reason")
    known = set(entry) <= {"line", "becomes", "reason"}
    if not known or not isinstance(line, str) or not isinstance(reason, str) or not reason.strip():
        raise PackError(f"{EQUIVALENT_MUTANTS}: {entry}")
    if becomes is not None and not isinstance(becomes, str):
        raise PackError(f"{EQUIVALENT_MUTANTS}: {entry}")
    return Equivalent(line, becomes, reason)


def try_mutants(
    engine: Grader,
    pack: Pack,
    mutants: Sequence[Mutant],
    jobs: int = 2,
    on_trial: Callable[[Trial], None] | None = None,
) -> list[Trial]:
    """Grade every mutant; in the order of the lines. Raises PackError for a malformed equivalent_mutants.toml."""
    equivalents = equivalents_of(pack.path)
    schedule = Schedule[Mutant, Report](lambda mutant: engine.grade(pack, _submission(mutant), SEED), jobs)
    schedule.add(mutants)
    trials = []
    for mutant, report, _seconds in schedule.results():
        trials.append(Trial(mutant, report, next(_reasons(mutant, equivalents), "")))
        if on_trial is not None:
            on_trial(trials[-1])
    return sorted(trials, key=lambda trial: (trial.mutant.line, trial.mutant.added))


def _submission(mutant: Mutant) -> Submission:
    return Submission(mutant.source, "py", "solution.py")


def _reasons(mutant: Mutant, equivalents: Sequence[Equivalent]) -> Iterator[str]:
    yield from (entry.reason for entry in equivalents if entry.fits(mutant))
