"""What the staff's page of a submission shows, gathered from its rows, its report and what was decided about it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from flask import g

from grader.report import Report
from submissions.auth.policy import RANKS
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Extension
from submissions.models.work import Grading, Submission
from submissions.portal.codeview import code_view, without_place
from submissions.portal.pages import exercise_of, reader_of
from submissions.portal.report_view import Reader, report_view
from submissions.portal.result_view import WAITING, results_open_at, score_of
from submissions.service import current_service
from submissions.store import result_reading, results, rules, submitting, work
from submissions.store.result_reading import Result
from submissions.web.language import course_timezone, t

# A name for the file that a shell and every system can take.
FILE_NAME = "submission"


@dataclass(frozen=True)
class Note:
    """Something in the report that the engine puts up for the staff's judgement. anchor: of the line in the page."""

    text: str
    check: str
    line: int | None
    cell: int | None
    source: str
    anchor: str


@dataclass(frozen=True)
class Run:
    """One grading, with the command that repeats it. publishable: it has a score that does not count yet."""

    grading: Grading
    command: str
    counts: bool
    publishable: bool


def page_of(submission: Submission, assignment: Assignment) -> dict[str, Any]:
    """All that the template needs."""
    db = current_service().db
    found = result_reading.result(db, submission.id)
    submission = found.submission  # as it is now: it may have changed since the request began
    seen, shown = reader_of(assignment, found.extension, utc_now()), exercise_of(assignment)
    waiting = submission.state in WAITING
    report = found.report if not waiting else None
    view = report_view(report, seen, t, shown.pack.path if shown.pack else None, found.overrides) if report else None
    source = found.source or result_reading.source_of(db, submission.id).decode("utf-8", "replace")
    errors = view.errors if view else ()
    code = code_view(source, submission.kind, errors, found.remarks)
    more = work.work(db, submission)
    return {
        "exercise": shown,
        "submission": submission,
        "result": found,
        "view": view,
        "score": score_of(submission, assignment, seen),
        "code": code,
        "elsewhere": without_place(errors, code),
        "remarks": found.remarks,
        "notes": _notes(report, seen.locale) if report else (),
        "runs": [_run(grading, submission) for grading in more.gradings],
        "work": more,
        "explained": results.explain(db, submission) if not waiting else None,
        "titles": _titles(found, shown.questions, seen),
        "allowance": submitting.allowance(db, submission.user_id, assignment, utc_now()),
        "due_typed": _typed(found.extension),
        "open_to_student": rules.results_open(assignment, found.extension, utc_now()),
        "results_open_at": results_open_at(assignment, found.extension),
        "waiting": waiting,
        "staff": True,
        "notebook": submission.kind == "ipynb",
        "may_decide": RANKS.get(g.role or "", 0) >= RANKS["instructor"],
        "faults": {},
        "typed_form": {},
    }


def command(pack_id: str, name: str, seed: int) -> str:
    """The words that repeat a grading on a machine of one's own, safe to paste whatever the file is called."""
    file = name if not name.startswith("-") else f"./{name}"
    return shlex.join(["grader", "grade", pack_id, file, "--seed", str(seed)])


def file_name(submission: Submission) -> str:
    """What the downloaded file is called: the student's own name for it, if it is a usable one."""
    ending = "ipynb" if submission.kind == "ipynb" else "py"
    return submission.name or f"{FILE_NAME}.{ending}"


def _run(grading: Grading, submission: Submission) -> Run:
    counts = submission.published_grading_id == grading.id
    publishable = not counts and grading.state == "done" and grading.status == "graded"
    return Run(grading, command(grading.pack_id, file_name(submission), grading.seed), counts, publishable)


def _notes(report: Report, locale: str) -> tuple[Note, ...]:
    titles = {check.name: check.title[locale] for check in report.checks}
    return tuple(
        Note(
            text=note.text[locale],
            check=titles.get(note.check, note.check) if note.check else "",
            line=note.line,
            cell=note.cell,
            source=note.source or "",
            anchor=_anchor(note.cell, note.line),
        )
        for note in report.review
    )


def _anchor(cell: int | None, line: int | None) -> str:
    if line is None:
        return ""
    return f"L{line}" if cell is None else f"C{cell}L{line}"


def _titles(found: Result, questions: Any, seen: Reader) -> dict[str, str]:
    asked = {check.name: check.title[seen.locale] for check in questions}
    checks = found.report.checks if found.report else ()
    return asked | {check.name: check.title[seen.locale] for check in checks}


def _typed(extension: Extension | None) -> str:
    """The student's own end, as a field for a moment takes it."""
    if extension is None or extension.due_at is None:
        return ""
    return extension.due_at.astimezone(course_timezone()).strftime("%Y-%m-%dT%H:%M")
