"""The assignments of a course: which packs, under which rules, and with which exceptions for single students."""

from __future__ import annotations

from flask import abort, g, render_template, request, url_for

from submissions.auth.policy import access, member
from submissions.dashboard import blueprint
from submissions.dashboard.setup import forms
from submissions.dashboard.setup.forms import Form
from submissions.dashboard.setup.pages import UNPROCESSABLE, Page, go_to, me, pack_or_none, tell
from submissions.models.courses import Assignment, Extension
from submissions.service import current_service
from submissions.store import accounts, courses, roster, terms
from submissions.texts import one_line
from submissions.web.language import locale

REASON_CHARACTERS = 500
DATES = ("opens_at", "due_at")


@blueprint.get("/courses/<slug>/setup/assignments/new", endpoint="choose_pack")
@access(member("instructor"))
def choose_pack(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """The installed packs."""
    service = current_service()
    used = {row.pack_id for row in courses.assignments(service.db, g.course.id)}
    packs = [(name, pack_or_none(name)) for name in service.packs.ids()]
    return render_template("dashboard/setup/packs.html", packs=packs, used=used, locale=locale())


@blueprint.post("/courses/<slug>/setup/assignments/new", endpoint="add_assignment")
@access(member("instructor"))
def add_assignment(slug: str) -> Page:
    """Put packs into the course, all with the same two dates to begin with."""
    service = current_service()
    known = set(service.packs.ids())
    chosen = [name for name in dict.fromkeys(request.form.getlist("pack")) if name in known]
    try:
        dates = {name: forms.read_moment(request.form.get(name, "")[:64], g.course.timezone) for name in DATES}
    except ValueError:
        tell("setup.wrong_date", "error")
        return go_to(url_for("dashboard.choose_pack", slug=slug))
    tracks = {name: track.id for track in service.packs.course().tracks for name in track.packs}
    added = []
    for name in chosen:
        pack = pack_or_none(name)
        if pack is not None:
            new = Assignment(
                course_id=g.course.id, pack_id=name, track=tracks.get(name, ""), max_score=pack.max_score,
                **dates,
            )  # fmt: skip
            added.append(courses.add_assignment(service.db, new, me()))
    if not added:
        tell("setup.no_pack", "error")
        return go_to(url_for("dashboard.choose_pack", slug=slug))
    tell("setup.added", n=len(added))
    if len(added) == 1:
        return go_to(url_for("dashboard.edit_assignment", slug=slug, assignment_id=added[0].id))
    return go_to(url_for("dashboard.setup", slug=slug))


@blueprint.get("/courses/<slug>/setup/assignments/<int:assignment_id>", endpoint="edit_assignment")
@access(member("instructor"))
def edit_assignment(slug: str, assignment_id: int) -> str:  # noqa: ARG001 - resolved before the view
    """The rules of an assignment, and its extensions."""
    return _page(Form(forms.written(g.assignment, g.course.timezone)))


@blueprint.post("/courses/<slug>/setup/assignments/<int:assignment_id>", endpoint="save_assignment")
@access(member("instructor"))
def save_assignment(slug: str, assignment_id: int) -> Page:
    """Other rules, and at once the scores that follow from them."""
    form = forms.read_rules(request.form, g.assignment, g.course.timezone)
    if form.errors:
        return _page(form), UNPROCESSABLE
    effect = terms.change_rules(current_service().db, assignment_id, me(), **form.values)
    if not effect.changed:
        tell("setup.nothing_changed", "info")
    else:
        tell("setup.saved_scores", n=effect.scores) if effect.scores else tell("setup.saved_no_scores")
    return go_to(url_for("dashboard.edit_assignment", slug=slug, assignment_id=assignment_id))


@blueprint.post("/courses/<slug>/setup/assignments/<int:assignment_id>/remove", endpoint="remove_assignment")
@access(member("instructor"))
def remove_assignment(slug: str, assignment_id: int) -> Page:
    """Take it off the course; what was handed in stays."""
    courses.remove_assignment(current_service().db, assignment_id, me())
    tell("setup.removed")
    return go_to(url_for("dashboard.setup", slug=slug))


def _page(form: Form, extension: Form | None = None) -> str:
    db = current_service().db
    given = courses.extensions(db, g.assignment.id)
    people = roster.people(db, [row.user_id for row in given])
    pack = pack_or_none(g.assignment.pack_id)
    return render_template(
        "dashboard/setup/assignment.html",
        form=form,
        pack=pack,
        title=pack.title[locale()] if pack is not None else g.assignment.pack_id,
        extensions=[(row, people[row.user_id]) for row in given if row.user_id in people],
        extension=extension or Form({}),
        stale=pack is not None and pack.max_score != g.assignment.max_score,
    )


# ----------------------------------------------------------------------------------------------- extensions


@blueprint.post("/courses/<slug>/setup/assignments/<int:assignment_id>/extensions", endpoint="grant_extension")
@access(member("instructor"))
def grant_extension(slug: str, assignment_id: int) -> Page:
    """More time or more attempts for one student."""
    names = ("login", "extra_due_at", "extra_attempts", "reason")
    typed = {name: one_line(request.form.get(name, "")[:1000])[:REASON_CHARACTERS] for name in names}
    db = current_service().db
    user = accounts.user_by_login(db, typed["login"])
    errors = {}
    if user is None or roster.role_of(db, g.course.id, user.id) is None:
        errors["login"] = "setup.not_a_member"
    try:
        due_at = forms.read_moment(typed["extra_due_at"], g.course.timezone)
    except ValueError:
        due_at, errors["extra_due_at"] = None, "setup.wrong_date"
    words = typed["extra_attempts"] or "0"
    attempts = int(words) if words.isascii() and words.isdigit() and len(words) < 4 else -1
    if attempts < 0:
        errors["extra_attempts"] = "setup.wrong_number"
    elif not errors and due_at is None and not attempts:
        errors["extra_due_at"] = "setup.empty_extension"
    if errors or user is None:
        return _page(Form(forms.written(g.assignment, g.course.timezone)), Form(typed, {}, errors)), UNPROCESSABLE
    given = Extension(
        assignment_id=assignment_id, user_id=user.id, due_at=due_at, extra_attempts=attempts, reason=typed["reason"],
        granted_by=me(),
    )  # fmt: skip
    changed = terms.changes_score(db, assignment_id, user.id, lambda: courses.grant_extension(db, given))
    tell("setup.extended_score" if changed else "setup.extended", name=user.name)
    return go_to(url_for("dashboard.edit_assignment", slug=slug, assignment_id=assignment_id))


@blueprint.post(
    "/courses/<slug>/setup/assignments/<int:assignment_id>/extensions/<int:user_id>/withdraw",
    endpoint="withdraw_extension",
)
@access(member("instructor"))
def withdraw_extension(slug: str, assignment_id: int, user_id: int) -> Page:
    """Take an extension back."""
    db = current_service().db
    if g.student is None:
        abort(404)
    changed = terms.changes_score(
        db, assignment_id, user_id, lambda: courses.withdraw_extension(db, assignment_id, user_id, me())
    )
    tell("setup.withdrawn_score" if changed else "setup.withdrawn", name=g.student.name)
    return go_to(url_for("dashboard.edit_assignment", slug=slug, assignment_id=assignment_id))
