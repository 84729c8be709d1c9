"""The report of one grading: the contract with everything that shows or stores a score. `docs/report.md` explains it.

A `Report` holds every sentence in both languages; `to_json(locale)` gives the public form in one, `to_record()` and
`from_record()` keep all of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SCHEMA = 1
VERDICTS = ("passed", "failed", "crashed", "timed_out", "out_of_memory", "skipped", "broken")
STATUSES = ("graded", "rejected", "broken_pack", "internal_error")
EXIT_STATUS = {"graded": 0, "rejected": 1, "broken_pack": 3, "internal_error": 4}
# The fields of a report that no student is shown.
FOR_STAFF = ("fault", "review")

Text = Mapping[str, str]
NO_TEXT: Text = {"en": "", "zh": ""}


@dataclass(frozen=True)
class Plot:
    """Two curves to show beside a check: the student's and the expected one, as lists of (x, y) points."""

    yours: tuple[tuple[float, float], ...]
    expected: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class StudentError:
    """An error of the student's own code, shown with his line. `line` and `column` are 1-based, or None.

    `cell` numbers the cell (from 1) for a notebook or a file cut by cell marks; `source` is the text of that line.
    `advice` says more where we know more, e.g. which full-width character stands in the way.
    """

    type: str
    message: str
    cell: int | None
    line: int | None
    column: int | None
    source: str | None
    traceback: str
    advice: Text = field(default_factory=lambda: NO_TEXT)


@dataclass(frozen=True)
class ReviewNote:
    """Something for the instructor to look at. It costs no points, and no student is shown it.

    `check` names the check that was not certain, or is None where the code itself is the reason; then `cell`, `line`
    and `source` say where, as in a `StudentError`.
    """

    code: str
    text: Text
    check: str | None = None
    cell: int | None = None
    line: int | None = None
    source: str | None = None


@dataclass(frozen=True)
class CheckResult:
    """What came of one check. `diagnosis` is a code of the catalogue or None; `detail` fills the blanks of its text."""

    name: str
    title: Text
    verdict: str
    points: float
    max_points: float
    visibility: str
    inputs: str = "withheld"
    diagnosis: str | None = None
    detail: Mapping[str, str | int | float] = field(default_factory=dict)
    feedback: Text = field(default_factory=lambda: NO_TEXT)
    hint: Text = field(default_factory=lambda: NO_TEXT)
    cap: float | None = None
    plot: Plot | None = None

    def to_record(self) -> dict[str, Any]:
        """Plain JSON values. Not `dataclasses.asdict`, which copies every point of a plot on its own: milliseconds."""
        return {**vars(self), "plot": vars(self.plot) if self.plot else None}


@dataclass(frozen=True)
class Report:
    """The whole grading.

    `message` says what happened when `status` is not "graded". For staff: `fault` tells why, `review` what to look at.
    """

    pack: str
    pack_version: str
    engine_version: str
    torch_version: str
    status: str
    score: float
    max_score: float
    seed: int
    checks: tuple[CheckResult, ...] = ()
    message: Text = field(default_factory=lambda: NO_TEXT)
    errors: tuple[StudentError, ...] = ()
    notes: tuple[str, ...] = ()
    stdout: str = ""
    figures: tuple[Mapping[str, Any], ...] = ()
    graphs: tuple[Mapping[str, Any], ...] = ()
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    fault: str = ""
    review: tuple[ReviewNote, ...] = ()
    pack_digest: str = ""

    @property
    def exit_status(self) -> int:
        """What `grader grade` exits with."""
        return EXIT_STATUS[self.status]

    def to_json(self, locale: str, *, for_student: bool = False) -> dict[str, Any]:
        """The public form, schema 1, with every sentence in `locale` ("en" or "zh").

        for_student: without the fields that are for staff.
        """
        public = {"schema": SCHEMA, **_localised(dataclasses.asdict(self), locale)}
        return {name: value for name, value in public.items() if not (for_student and name in FOR_STAFF)}

    def to_record(self) -> dict[str, Any]:
        """Everything, in both languages, as plain JSON values: what a database keeps."""
        # Not `dataclasses.asdict`: it copies every number on its own before the lists are made.
        parts: dict[str, Any] = {
            "checks": [check.to_record() for check in self.checks],
            "errors": [vars(error) for error in self.errors],
            "review": [vars(note) for note in self.review],
        }
        record: dict[str, Any] = _plain({"schema": SCHEMA, **vars(self), **parts})
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Report:
        """The inverse of `to_record`. Raises ValueError on another schema."""
        if record.get("schema") != SCHEMA:
            raise ValueError(f"This is a report of schema {record.get('schema')!r}; schema {SCHEMA} is understood.")
        fields = {name: value for name, value in record.items() if name != "schema"}
        fields["checks"] = tuple(check_from_record(check) for check in fields["checks"])
        fields["errors"] = tuple(StudentError(**error) for error in fields["errors"])
        fields["review"] = tuple(ReviewNote(**note) for note in fields.get("review", ()))
        for name in ("notes", "figures", "graphs"):
            fields[name] = tuple(fields.get(name, ()))
        return cls(**fields)


def check_from_record(record: Mapping[str, Any]) -> CheckResult:
    """The `CheckResult` that `dataclasses.asdict` turned into `record`."""
    plot = record["plot"]
    points = {side: tuple((x, y) for x, y in plot[side]) for side in ("yours", "expected")} if plot else None
    return CheckResult(**{**record, "plot": Plot(**points) if points else None})


def total(checks: Sequence[CheckResult]) -> float:
    """Sum of the points, held down by the caps of the checks that ran and did not pass."""
    earned = sum(check.points for check in checks)
    stopped = ("passed", "skipped", "broken")
    caps = [check.cap for check in checks if check.cap is not None and check.verdict not in stopped]
    return round(min([earned, *caps]), 6)


def rejection(pack: str, seed: int, status: str, message: Text, engine_version: str, **known: Any) -> Report:
    """A report without checks: the submission, the pack or our own machinery stood in the way."""
    facts: dict[str, Any] = {"pack_version": "", "torch_version": "", "max_score": 0.0, **known}
    return Report(
        pack=pack, engine_version=engine_version, status=status, score=0.0, seed=seed, message=message, **facts
    )


def _localised(value: Any, locale: str) -> Any:
    if isinstance(value, dict):
        if set(value) == {"en", "zh"}:
            return value[locale]
        return {key: _localised(entry, locale) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_localised(entry, locale) for entry in value]
    return value


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is float or kind is str or kind is int:
        return value
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
