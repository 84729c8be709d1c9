"""The view of a class: its assignments; one of them; a check; a mistake. Each table also as a file."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, g, render_template, request

from submissions.auth.policy import access, member
from submissions.dashboard import blueprint
from submissions.dashboard.class_view import present
from submissions.dashboard.class_view.bars import Bars, bars
from submissions.dashboard.class_view.excerpt import Excerpt, excerpt
from submissions.dashboard.class_view.present import MistakeRow, Summary
from submissions.dashboard.class_view.tables import TABLES, Data, mistake_table, overview_table, trial_table
from submissions.dashboard.class_view.times import activity
from submissions.dashboard.class_view.words import Names, moment_label, number, span
from submissions.dashboard.exports import csv_file
from submissions.models.courses import Assignment
from submissions.service import current_service
from submissions.store import class_view as store
from submissions.store import courses
from submissions.store.facts import Counts
from submissions.web.language import course_timezone, t

STAFF = "/courses/<slug>/staff"
ONE = f"{STAFF}/assignments/<int:assignment_id>"
MOST_STUCK, A_PAGE = 10, 100


@dataclass(frozen=True)
class Card:
    """An assignment in the list of a course. `worst`: the diagnosis that most students got."""

    assignment: Assignment
    names: Names
    summary: Summary
    worst: MistakeRow | None


# ------------------------------------------------------------------------------------------------ a course


@blueprint.get(STAFF)
@access(member("assistant"))
def class_view(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """Every assignment of a course in a few numbers."""
    return render_template("dashboard/class_view/course.html", cards=_cards())


@blueprint.get(f"{STAFF}.csv")
@access(member("assistant"))
def class_view_file(slug: str) -> Response:
    """The same as a file."""
    rows = [(card.names.exercise.title, card.summary, card.worst, card.names) for card in _cards()]
    return csv_file(f"{slug}-class", *overview_table(rows))


def _cards() -> list[Card]:
    db = current_service().db
    assignments = courses.assignments(db, g.course.id)
    ids = [assignment.id for assignment in assignments]
    counts, stuck = store.tallies(db, ids, overview=True), store.stuck_counts(db, ids)
    enrolled = store.enrolled(db, g.course.id)
    return [
        Card(
            assignment,
            Names.of(assignment),
            present.summary(counts[assignment.id], enrolled, stuck.get(assignment.id, 0)),
            next(iter(present.mistake_rows(counts[assignment.id])), None),
        )
        for assignment in assignments
    ]


# ------------------------------------------------------------------------------------------ one assignment


@blueprint.get(ONE)
@access(member("assistant"))
def class_assignment(slug: str, assignment_id: int) -> str:  # noqa: ARG001 - resolved before the view
    """One assignment: who is stuck, at what, through which mistakes."""
    counts, names = _counts(), Names.of(g.assignment)
    stuck = present.stuck_rows(store.stuck(current_service().db, g.assignment.id))
    enrolled = store.enrolled(current_service().db, g.course.id)
    return render_template(
        "dashboard/class_view/assignment.html",
        names=names,
        summary=present.summary(counts, enrolled, len(stuck)),
        stuck=stuck[:MOST_STUCK],
        stuck_count=len(stuck),
        mistakes=present.mistake_rows(counts),
        checks=present.check_rows(counts, names.checks),
        pictures=_pictures(counts),
    )


@blueprint.get(f"{ONE}/<export>.csv")
@access(member("assistant"), free={"export"})
def class_table(slug: str, assignment_id: int, export: str) -> Response:
    """A table of the assignment's page as a file."""
    made = TABLES.get(export)
    if made is None:
        abort(404)
    stuck = present.stuck_rows(store.stuck(current_service().db, g.assignment.id)) if export == "stuck" else []
    data = Data(_counts(), Names.of(g.assignment), stuck, course_timezone())
    return csv_file(f"{slug}-{assignment_id}-{export}", *made(data))


def _counts() -> Counts:
    assignment_id = g.assignment.id
    return store.tallies(current_service().db, [assignment_id])[assignment_id]


def _pictures(counts: Counts) -> list[tuple[str, Bars]]:
    """The pictures of an assignment, each with the name of its file."""
    unit, moments = activity(counts.get("activity", {}), course_timezone())
    said = [(moment_label(unit, moment), count) for moment, count in moments]
    students = t("classview.column_students")
    scores, attempts = (t("classview.column_score"), students), (t("classview.column_attempts"), students)
    times = (t(f"classview.column_{unit}"), t("classview.column_submissions"))
    return [
        ("scores", bars(t("classview.scores"), scores, present.score_counts(counts))),
        ("attempts", bars(t("classview.attempts_to_full"), attempts, present.attempt_counts(counts))),
        ("activity", bars(t(f"classview.activity_{unit}"), times, said)),
    ]


# -------------------------------------------------------------------------------------- a check, a mistake


@blueprint.get(f"{ONE}/checks/<graded_check>")
@access(member("assistant"), free={"graded_check"})
def class_check(slug: str, assignment_id: int, graded_check: str) -> str:  # noqa: ARG001 - resolved before the view
    """One check: how it went, the mistakes made at it, and who has not passed it."""
    counts, names = _counts(), Names.of(g.assignment)
    verdicts = present.verdicts(counts, graded_check)
    if not verdicts and graded_check not in names.checks:
        abort(404)
    page = _page(present.unpassed(counts, graded_check))
    db = current_service().db
    return render_template(
        "dashboard/class_view/check.html",
        names=names,
        check=graded_check,
        row=present.check_row(counts, graded_check),
        verdicts=verdicts,
        mistakes=present.mistake_rows(counts, graded_check),
        page=page,
        trials=store.at_check(db, g.assignment.id, graded_check, page.most, page.after),
    )


@blueprint.get(f"{ONE}/checks/<graded_check>.csv")
@access(member("assistant"), free={"graded_check"})
def class_check_file(slug: str, assignment_id: int, graded_check: str) -> Response:
    """Everybody at a check, as a file."""
    trials = store.at_check(current_service().db, g.assignment.id, graded_check)
    return csv_file(f"{slug}-{assignment_id}-{graded_check}", *trial_table(trials))


@blueprint.get(f"{ONE}/mistakes/<mistake>")
@access(member("assistant"), free={"mistake"})
def class_mistake(slug: str, assignment_id: int, mistake: str) -> str:  # noqa: ARG001 - resolved before the view
    """One mistake: what it is, how it looks, who made it, and how long it took to get over it."""
    db, names = current_service().db, Names.of(g.assignment)
    ways = store.gone_through(db, g.assignment.id, mistake)
    if not ways and names.mistake(mistake) == mistake:
        abort(404)
    seconds, attempts = present.middle_seconds(ways), present.middle_attempts(ways)
    page = _page(len(ways))
    return render_template(
        "dashboard/class_view/mistake.html",
        names=names,
        code=mistake,
        students=len({way.user_id for way in ways}),
        open=len({way.user_id for way in ways if way.overcome_at is None}),
        took=span(seconds) if seconds is not None else None,
        took_attempts=number(attempts) if attempts is not None else None,
        excerpt=_excerpt(mistake, names),
        span=span,
        page=page,
        troubles=store.with_mistake(db, g.assignment.id, mistake, page.most, page.after),
    )


@blueprint.get(f"{ONE}/mistakes/<mistake>.csv")
@access(member("assistant"), free={"mistake"})
def class_mistake_file(slug: str, assignment_id: int, mistake: str) -> Response:
    """Everybody who made a mistake, as a file."""
    troubles = store.with_mistake(current_service().db, g.assignment.id, mistake)
    return csv_file(f"{slug}-{assignment_id}-{mistake}", *mistake_table(troubles, Names.of(g.assignment)))


def _excerpt(code: str, names: Names) -> Excerpt | None:
    found = store.specimen(current_service().db, g.assignment.id, g.course.id, code)
    pack = names.exercise.pack
    starter = pack.path / "starter.py" if pack is not None else None
    known = starter.read_text(encoding="utf-8") if starter is not None and starter.is_file() else ""
    return excerpt(found, known) if found is not None else None


@dataclass(frozen=True)
class Page:
    """Which part of a list of `count` rows is shown: `most` of those after the first `after`."""

    count: int
    number: int
    pages: int
    most: int
    after: int


def _page(count: int) -> Page:
    pages = max(1, -(-count // A_PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    after = (number - 1) * A_PAGE
    return Page(count, number, pages, min(A_PAGE, count - after), after)
