"""The written answers of a course: its questions, the answers to one of them, and the page where one is marked.

Whoever marks sees no names unless he asks for them; then they show until he turns them off.
"""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from submissions.auth.policy import RANKS, access, member
from submissions.dashboard import blueprint, typed
from submissions.dashboard.answers.question import (
    COMMENT_CHARACTERS,
    MarkForm,
    Question,
    form_of,
    questions,
    typed_form,
)
from submissions.dashboard.exports import csv_file
from submissions.portal.pages import SEE_OTHER, UNPROCESSABLE, my_id, tell
from submissions.service import current_service
from submissions.store import courses, marking, marking_queue
from submissions.store.marking import NewMark
from submissions.store.marking_queue import AnswerPage, Entry
from submissions.store.refused import Refused
from submissions.web.language import locale, t

PAGE = 100
CONFLICT = 409
NAMES = "names_of_answers"
ANSWERS = "/courses/<slug>/answers"
QUESTION = f"{ANSWERS}/<int:assignment_id>/<check>"
ANSWER = f"{QUESTION}/<int:answer_id>"


@blueprint.get(ANSWERS)
@access(member("assistant"))
def answers(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """Every question of the course, and how far its marking is."""
    service = current_service()
    found = [
        question
        for assignment in courses.assignments(service.db, g.course.id)
        for question in questions(assignment, service.packs, locale())
    ]
    rows = [(one, marking_queue.progress(service.db, one.assignment.id, one.check)) for one in found]
    return render_template("dashboard/answers/questions.html", rows=rows, **_reader())


@blueprint.post(f"{ANSWERS}/names")
@access(member("assistant"))
def answers_names(slug: str) -> Response:
    """Show names, or hide them again."""
    session[NAMES] = request.form.get("names") == "shown"
    assignment_id, check = typed.whole_number(request.form.get("assignment")), request.form.get("check", "")
    if assignment_id is None or not check:
        return redirect(url_for("dashboard.answers", slug=slug), SEE_OTHER)
    return redirect(_question_address(slug, assignment_id, check), SEE_OTHER)


@blueprint.get(QUESTION)
@access(member("assistant"), free=("check",))
def answers_of(slug: str, assignment_id: int, check: str) -> str:  # noqa: ARG001 - resolved before the view
    """The answers to one question, a hundred at a time."""
    question, db = _question(check), current_service().db
    first = ((typed.whole_number(request.args.get("page")) or 1) - 1) * PAGE
    first = min(max(0, first), 10**6)
    return render_template(
        "dashboard/answers/question.html",
        question=question,
        progress=marking_queue.progress(db, assignment_id, check),
        entries=marking_queue.entries(db, assignment_id, check, my_id(), first, PAGE),
        saved=marking_queue.saved(db, assignment_id, check),
        first=first,
        page=first // PAGE + 1,
        page_size=PAGE,
        **_reader(),
    )


@blueprint.get(f"{QUESTION}/marks.csv")
@access(member("assistant"), free=("check",))
def answers_file(slug: str, assignment_id: int, check: str) -> Response:
    """Every answer's mark as a table; without names while names are hidden."""
    question, names = _question(check), _reader()["names"]
    rows = marking_queue.entries(current_service().db, assignment_id, check, my_id())
    who = [t("answers.name"), t("answers.login")] if names else []
    heads = [
        t("answers.number"),
        *who,
        t("answers.percent"),
        t("answers.points"),
        t("answers.marker"),
        t("answers.shown"),
    ]

    def row(number: int, entry: Entry) -> list[object]:
        share = entry.share
        percent, points = (None, None) if share is None else (round(100 * share, 2), round(share * question.points, 4))
        mine: list[object] = [entry.student, entry.login] if names else []
        return [number, *mine, percent, points, entry.author, t("answers.yes") if entry.published else t("answers.no")]

    return csv_file(f"{slug}-{assignment_id}-{check}", heads, [row(at, one) for at, one in enumerate(rows, 1)])


# ------------------------------------------------------------------------------------------------- marking


@blueprint.post(f"{QUESTION}/next")
@access(member("assistant"), free=("check",))
def answers_next(slug: str, assignment_id: int, check: str) -> Response:  # noqa: ARG001 - resolved before the view
    """To the next answer that nobody has marked or open."""
    return _to_next(_question(check), typed.whole_number(request.form.get("after")) or 0)


@blueprint.get(ANSWER)
@access(member("assistant"), free=("check", "answer_id"))
def answer(slug: str, assignment_id: int, check: str, answer_id: int) -> str:  # noqa: ARG001 - resolved before the view
    """One answer, with the rubric beside it."""
    question = _question(check)
    page = _answer(question, answer_id)
    if page.mark is None and page.held_by is None:
        marking_queue.hold(current_service().db, answer_id, my_id())
    return _shown(question, page, form_of(question, page.mark))


@blueprint.post(ANSWER)
@access(member("assistant"), free=("check", "answer_id"))
def mark_answer(slug: str, assignment_id: int, check: str, answer_id: int) -> Any:  # noqa: ARG001 - resolved before
    """Write a mark down, and go on. Who comes second is shown what the first one gave."""
    question, db = _question(check), current_service().db
    page = _answer(question, answer_id)
    form = typed_form(question, request.form, page.saved)
    if form.fault:
        return _shown(question, page, form), UNPROCESSABLE
    try:
        marking.save(db, NewMark(answer_id, my_id(), form.seen, form.items(question), form.adjust, form.comment))
    except Refused:
        return _shown(question, _answer(question, answer_id), form, conflict=True), CONFLICT
    if request.form.get("keep") and form.comment:
        marking.keep_comment(db, question.assignment.id, check, my_id(), form.comment)
    tell("answers.saved", percent=f"{100 * form.share(question):g}%")
    if request.form.get("then") == "stay":
        return redirect(_answer_address(question, answer_id), SEE_OTHER)
    return _to_next(question, answer_id)


@blueprint.post(f"{QUESTION}/comments")
@access(member("assistant"), free=("check",))
def answers_comments(slug: str, assignment_id: int, check: str) -> Response:
    """Keep words to be used again, or drop some."""
    _question(check)
    db, dropped = current_service().db, typed.whole_number(request.form.get("drop"))
    if dropped is not None:
        if not marking.drop_comment(db, assignment_id, check, dropped, my_id()):
            abort(404)
    elif body := typed.words(request.form.get("body"), COMMENT_CHARACTERS):
        marking.keep_comment(db, assignment_id, check, my_id(), body)
    return redirect(_question_address(slug, assignment_id, check) + "#saved", SEE_OTHER)


# ---------------------------------------------------------------------------------------------- publishing


@blueprint.post(f"{QUESTION}/publish")
@access(member("instructor"), free=("check",))
def answers_publish(slug: str, assignment_id: int, check: str) -> Response:
    """Show every mark of the question to its student, or take them back."""
    _question(check)
    withdraw = request.form.get("shown") == "no"
    change = marking.withdraw if withdraw else marking.publish
    changed = change(current_service().db, assignment_id, check, my_id())
    tell("answers.withdrawn" if withdraw else "answers.published", n=changed)
    return redirect(_question_address(slug, assignment_id, check), SEE_OTHER)


@blueprint.post(f"{QUESTION}/apply")
@access(member("instructor"), free=("check",))
def answers_apply(slug: str, assignment_id: int, check: str) -> Response:
    """Let the published marks count instead of the machine's points for the check."""
    _question(check)
    reason = typed.words(request.form.get("reason"))
    if not reason:
        tell("answers.fault_no_reason", "error")
    else:
        done = marking.apply(current_service().db, assignment_id, check, my_id(), reason)
        tell("answers.applied", n=done.changed, same=done.unchanged, left_out=done.left_out)
        if done.remaining:
            tell("answers.apply_again", "warning", n=done.remaining)
    return redirect(_question_address(slug, assignment_id, check), SEE_OTHER)


# -------------------------------------------------------------------------------------------------- pieces


def _question(check: str) -> Question:
    found = questions(g.assignment, current_service().packs, locale())
    return next((one for one in found if one.check == check), None) or abort(404)


def _answer(question: Question, answer_id: int) -> AnswerPage:
    found = marking_queue.page(current_service().db, question.assignment.id, question.check, answer_id, my_id())
    return found or abort(404)


def _reader() -> dict[str, Any]:
    return {"names": bool(session.get(NAMES)), "may_publish": RANKS.get(g.role or "", 0) >= RANKS["instructor"]}


def _shown(question: Question, page: AnswerPage, form: MarkForm, *, conflict: bool = False) -> str:
    return render_template(
        "dashboard/answers/answer.html",
        question=question,
        page=page,
        form=form,
        version=page.mark.version if page.mark is not None else 0,
        conflict=conflict,
        **_reader(),
    )


def _to_next(question: Question, after: int) -> Response:
    found = marking_queue.take_next(current_service().db, question.assignment.id, question.check, my_id(), after)
    if found is None:
        tell("answers.none_left", "info")
        return redirect(_question_address(g.course.slug, question.assignment.id, question.check), SEE_OTHER)
    return redirect(_answer_address(question, found), SEE_OTHER)


def _question_address(slug: str, assignment_id: int, check: str) -> str:
    return url_for("dashboard.answers_of", slug=slug, assignment_id=assignment_id, check=check)


def _answer_address(question: Question, answer_id: int) -> str:
    names = {"slug": g.course.slug, "assignment_id": question.assignment.id, "check": question.check}
    return url_for("dashboard.answer", answer_id=answer_id, **names)
