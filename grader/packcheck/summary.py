"""What came of checking a pack: the confusion table, the mutation score and the complaints, also as JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import PackError
from grader.packcheck.complaints import Complaint, Merged, complaint, merged
from grader.packcheck.mutants import EQUIVALENT_MUTANTS, Trial, equivalents_of
from grader.packcheck.verify import Outcome
from grader.packs import Pack
from grader.report import CheckResult

LEAST_KILLED = 0.95


@dataclass(frozen=True)
class Confusion:
    """Right and wrong answers against what they got. Files are counted, not gradings: all seeds must agree.

    `right_diagnosis` counts the wrong answers with every declared diagnosis; `false_fails` the right ones that lost
    points; `false_passes` the wrong ones of which some declared failure was not noticed.
    """

    right: int
    full_marks: int
    wrong: int
    as_declared: int
    right_diagnosis: int
    false_fails: int
    false_passes: int
    gradings: int

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Confusion:
        """Counted over the outcomes of all seeds."""
        right, wrong = _by_file(outcomes, "right"), _by_file(outcomes, "wrong")
        full = sum(all(_has_full_marks(outcome) for outcome in files) for files in right)
        return cls(
            right=len(right),
            full_marks=full,
            wrong=len(wrong),
            as_declared=sum(not any(outcome.complaints for outcome in files) for files in wrong),
            right_diagnosis=sum(all(_is_diagnosed(outcome) for outcome in files) for files in wrong),
            false_fails=len(right) - full,
            false_passes=sum(any(_passes_falsely(outcome) for outcome in files) for files in wrong),
            gradings=len(outcomes),
        )


def _by_file(outcomes: Sequence[Outcome], kind: str) -> list[list[Outcome]]:
    files: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.kind == kind:
            files.setdefault(outcome.sample.name, []).append(outcome)
    return list(files.values())


def _has_full_marks(outcome: Outcome) -> bool:
    # A right answer in a form that can't earn every point is in order when it loses just those it declares.
    if outcome.sample.failures:
        return not outcome.complaints
    return outcome.report.status == "graded" and outcome.report.score == outcome.report.max_score


def _declared(outcome: Outcome) -> list[tuple[CheckResult | None, str | None]]:
    got = {check.name: check for check in outcome.report.checks}
    return [(got.get(name), code) for name, code in outcome.sample.failures.items()]


def _is_diagnosed(outcome: Outcome) -> bool:
    return all(check is not None and check.diagnosis == code for check, code in _declared(outcome))


def _passes_falsely(outcome: Outcome) -> bool:
    return any(check is not None and check.verdict == "passed" for check, _ in _declared(outcome))


@dataclass(frozen=True)
class Mutation:
    """What became of the mutants. The score leaves out those that are equivalent for a written reason."""

    trials: tuple[Trial, ...]

    @property
    def killed(self) -> int:
        """The mutants that lost points."""
        return sum(trial.killed for trial in self.trials)

    @property
    def survivors(self) -> list[Trial]:
        """The mutants that lost nothing, with a reason or without."""
        return [trial for trial in self.trials if not trial.killed]

    @property
    def equivalent(self) -> int:
        """The survivors with a written reason."""
        return sum(bool(trial.reason) for trial in self.survivors)

    @property
    def score(self) -> float:
        """The share of the mutants killed, of those that are not equivalent; 1 where there are none."""
        counted = len(self.trials) - self.equivalent
        return self.killed / counted if counted else 1.0

    def complaints(self, pack: Pack) -> Iterable[Complaint]:
        """Survivors without a reason, reasons without a survivor, checks that went wrong, a score that is too low."""
        if not self.trials:
            yield complaint("solution.py", "no-mutants")
        for trial in self.survivors:
            yield from _of_survivor(trial)
        for entry in equivalents_of(pack.path):
            if not any(entry.fits(trial.mutant) for trial in self.survivors):
                yield complaint(EQUIVALENT_MUTANTS, "equivalent-unused", line=entry.line)
        if self.score < LEAST_KILLED:
            score, least = f"{100 * self.score:.0f}", f"{100 * LEAST_KILLED:.0f}"
            yield complaint("solution.py", "mutation-score-low", score=score, least=least)


def _of_survivor(trial: Trial) -> Iterable[Complaint]:
    mutant, report = trial.mutant, trial.report
    change: dict[str, Any] = {
        "line": mutant.line,
        "operator": mutant.operator,
        "removed": mutant.removed,
        "added": mutant.added,
    }
    if trial.graded and not trial.reason:
        yield complaint("solution.py", "mutant-survives", **change)
    for check in report.checks:
        if check.verdict == "broken":
            fault = str(check.detail.get("fault", ""))
            yield complaint("solution.py", "mutant-breaks-check", **change, check=check.name, fault=fault)
    if report.status == "internal_error":
        yield complaint("solution.py", "not-graded", status=report.status, fault=report.fault)


@dataclass(frozen=True)
class PackResult:
    """Everything about one pack. `seconds` is the time it took, the mutants included."""

    pack: str
    complaints: tuple[Merged, ...]
    confusion: Confusion | None = None
    mutation: Mutation | None = None
    seconds: float = 0.0

    @classmethod
    def broken(cls, name: str, error: PackError) -> PackResult:
        """A pack that could not even be read."""
        return cls(name, tuple(merged([complaint("pack.toml", "pack-fault", reason=str(error))])))

    def to_json(self, locale: str) -> dict[str, Any]:
        """Plain values; sentences in one language."""
        return {
            "pack": self.pack,
            "in_order": not self.complaints,
            "confusion": None if self.confusion is None else vars(self.confusion),
            "mutation": None if self.mutation is None else _mutation_record(self.mutation),
            "complaints": [
                {"file": entry.complaint.file, "text": entry.complaint.text(locale), "seeds": list(entry.seeds)}
                for entry in self.complaints
            ],
            "seconds": round(self.seconds, 1),
        }


def _mutation_record(mutation: Mutation) -> dict[str, Any]:
    return {
        "mutants": len(mutation.trials),
        "killed": mutation.killed,
        "equivalent": mutation.equivalent,
        "score": round(mutation.score, 4),
        "survivors": [
            {
                "line": trial.mutant.line,
                "operator": trial.mutant.operator,
                "removed": trial.mutant.removed,
                "added": trial.mutant.added,
                "reason": trial.reason,
            }
            for trial in mutation.survivors
        ],
    }
