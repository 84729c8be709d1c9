"""What a sample must get, by its kind: right, wrong, starter, empty. A judge yields complaints, none if all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from grader.packcheck.complaints import Complaint, complaint
from grader.packcheck.expectations import Sample
from grader.report import CheckResult, Report
from grader.sentences import LOCALES

QUIET_VERDICTS = ("passed", "skipped")
NONE = "–"

Judge = Callable[[Report, Sample], Iterator[Complaint]]


def judged(kind: str, report: Report, sample: Sample) -> Iterator[Complaint]:
    """Everything that is wrong with the report of a sample of this kind."""
    if any(check.verdict == "broken" for check in report.checks):
        yield from _of_broken(report, sample)
    elif report.status != "graded" and not (kind == "wrong" and report.status == "rejected"):
        yield complaint(sample.name, "not-graded", report.seed, status=report.status, fault=report.fault or NONE)
    else:
        yield from JUDGES[kind](report, sample)
        yield from _of_feedback(report, sample)


def _of_broken(report: Report, sample: Sample) -> Iterator[Complaint]:
    for check in report.checks:
        if check.verdict == "broken":
            fault = str(check.detail.get("fault", NONE))
            yield complaint(sample.name, "check-broken", report.seed, check=check.name, fault=fault)


def _of_right(report: Report, sample: Sample) -> Iterator[Complaint]:
    if sample.failures:
        yield from _of_wrong(report, sample)
        return
    for check in report.checks:
        if check.verdict != "passed":
            blanks = {"check": check.name, "verdict": check.verdict, "code": check.diagnosis or NONE}
            yield complaint(sample.name, "right-fails", report.seed, **blanks, detail=_shown(check))


def _shown(check: CheckResult) -> str:
    return ", ".join(f"{name}={value}" for name, value in check.detail.items())


def _of_wrong(report: Report, sample: Sample) -> Iterator[Complaint]:
    got = {check.name: check.diagnosis for check in report.checks if check.verdict not in QUIET_VERDICTS}
    seed = report.seed
    for name in sorted(set(got) | set(sample.failures)):
        code, declared = got.get(name) or NONE, sample.failures.get(name) or NONE
        if name not in got:
            yield complaint(sample.name, "wrong-passes", seed, check=name, declared=declared)
        elif name not in sample.failures:
            yield complaint(sample.name, "wrong-undeclared", seed, check=name, code=code)
        elif code != declared:
            yield complaint(sample.name, "wrong-diagnosis", seed, check=name, code=code, declared=declared)
    if sample.score is not None and report.score != sample.score:
        yield complaint(sample.name, "wrong-score", seed, score=f"{report.score:g}", declared=f"{sample.score:g}")


def _of_starter(report: Report, sample: Sample) -> Iterator[Complaint]:
    if report.score == report.max_score:
        yield complaint(sample.name, "starter-full-marks", report.seed)
    for check in report.checks:
        if check.verdict not in ("passed", "failed", "skipped"):
            yield complaint(sample.name, "starter-unkind", report.seed, check=check.name, verdict=check.verdict)


def _of_empty(report: Report, _sample: Sample) -> Iterator[Complaint]:
    for check in report.checks:
        if check.verdict == "passed":
            yield complaint("checks", "empty-passes", report.seed, check=check.name)


def _of_mute(_report: Report, _sample: Sample) -> Iterator[Complaint]:
    """Its feedback is compared over the seeds afterwards; one report says nothing."""
    yield from ()


def _of_feedback(report: Report, sample: Sample) -> Iterator[Complaint]:
    for check in report.checks:
        if check.verdict == "passed":
            continue
        for locale in LOCALES:
            if not check.feedback[locale].strip():
                yield complaint(sample.name, "no-feedback", report.seed, check=check.name, locale=locale)


JUDGES: Mapping[str, Judge] = {
    "right": _of_right,
    "wrong": _of_wrong,
    "starter": _of_starter,
    "empty": _of_empty,
    "mute": _of_mute,
}
