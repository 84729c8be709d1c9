"""What the page of a submission shows at this moment, gathered from rows, report and what the broker hints at."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.packs import Pack
from grader.report import CheckResult, check_from_record
from submissions.auth.policy import is_staff
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Extension
from submissions.models.work import Submission
from submissions.portal.codeview import CodeView, code_view, without_place
from submissions.portal.pages import exercise_of, expected_seconds, my_id, reader_of
from submissions.portal.report_view import CheckView, Reader, ReportView, checks_view, report_view
from submissions.service import current_service
from submissions.store import marking, outlook, result_reading, rules
from submissions.store.reading import Score
from submissions.store.result_reading import Result
from submissions.web.language import t

WAITING = ("queued", "running")


@dataclass(frozen=True)
class Coming:
    """A grading that has not ended: how many are before it, how long it may take, and the checks that are known."""

    before: int
    seconds: float
    checks: tuple[CheckView, ...]
    titles: tuple[str, ...]


def page_of(submission: Submission, assignment: Assignment) -> dict[str, Any]:
    """All that the templates of the result need."""
    service = current_service()
    found = result_reading.result(service.db, submission.id)
    submission = found.submission  # as it is now: it may have changed since the request began
    seen = reader_of(assignment, found.extension, utc_now())
    shown = exercise_of(assignment)
    view = _report(found, seen, shown.pack)
    code = _code(found, view) if found.source else None
    return {
        "exercise": shown,
        "submission": submission,
        "result": found,
        "view": view,
        "score": score_of(submission, assignment, seen),
        "coming": _coming(found, seen, shown.pack) if submission.state in WAITING else None,
        "code": code,
        "elsewhere": without_place(view.errors, code) if view and code else (view.errors if view else ()),
        "general": without_place(found.remarks, code) if code else list(found.remarks),
        "questions": {check.name: check.title[seen.locale] for check in shown.questions},
        "marks": marking.published(service.db, submission.id) if found.answers else {},
        "whole": found.overrides.get(""),
        "mine": submission.user_id == my_id(),
        "staff": is_staff(),
        "waiting": submission.state in WAITING,
        "results_open_at": results_open_at(assignment, found.extension),
    }


def results_open_at(assignment: Assignment, extension: Extension | None) -> datetime | None:
    """When this student will see the results that wait for the deadline; None for never (`rules.results_open`)."""
    due = rules.due(assignment, extension)
    if assignment.results_open_at is None:
        return rules.closes(assignment, extension) or due
    return max(assignment.results_open_at, due or assignment.results_open_at)


def status_of(submission: Submission, assignment: Assignment) -> dict[str, Any]:
    """The state of a submission as plain values."""
    found = result_reading.result(current_service().db, submission.id)
    seen = reader_of(assignment, found.extension, utc_now())
    status: dict[str, Any] = {"id": submission.public_id, "state": found.submission.state}
    if found.submission.state in WAITING:
        coming = _coming(found, seen, exercise_of(assignment).pack)
        status |= {"before": coming.before, "seconds": round(coming.seconds, 1), "checks_done": len(coming.checks)}
    else:
        score = score_of(found.submission, assignment, seen)
        status |= {"score": score.points, "max_score": score.most, "partial": score.partial}
    return status


def score_of(submission: Submission, assignment: Assignment, seen: Reader) -> Score:
    """A submission's score as this reader may see it."""
    return Score.of_submission(submission, assignment.max_score, everything=seen.open or seen.staff)


def _report(found: Result, seen: Reader, pack: Pack | None) -> ReportView | None:
    if found.report is None or found.submission.state in WAITING:
        return None
    return report_view(found.report, seen, t, pack.path if pack else None, found.overrides)


def _code(found: Result, view: ReportView | None) -> CodeView:
    return code_view(found.source, found.submission.kind, view.errors if view else (), found.remarks)


def _coming(found: Result, seen: Reader, pack: Pack | None) -> Coming:
    service, pending = current_service(), found.pending
    if pending is None:
        return Coming(0, 1.0, (), ())
    waits = pending.state == "queued"
    before = outlook.place(service.db, pending.id) if waits else 0
    known = [] if waits else _known(service.live.progress(found.submission.public_id, pending.id))
    checks = checks_view(known, seen, t, pack.path if pack else None)
    ended = {check.name for check in known}
    declared = pack.checks if pack is not None else ()
    titles = [check.title[seen.locale] for check in declared if seen.sees(check.visibility) and check.name not in ended]
    return Coming(before, expected_seconds(pending.pack_id, before), checks, tuple(titles))


def _known(told: Sequence[Mapping[str, Any]]) -> list[CheckResult]:
    """The checks that the broker has heard of. What it says is a hint: what can't be read is left out."""
    found = []
    for record in told:
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            found.append(check_from_record(record))
    return found
