"""A course as its instructors set it up: names, zone, code, the end of it, the next one, and a look as a student."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from flask import g, render_template, request, session, url_for
from sqlalchemy.exc import IntegrityError

from submissions.auth.policy import ADMIN, AS_STUDENT, access, member
from submissions.dashboard import blueprint
from submissions.dashboard.setup import forms
from submissions.dashboard.setup.forms import Form
from submissions.dashboard.setup.pages import UNPROCESSABLE, Page, go_to, me, pack_or_none, tell
from submissions.models.base import utc_now
from submissions.models.courses import Course
from submissions.service import current_service
from submissions.store import courses, terms
from submissions.store.refused import Refused
from submissions.web.language import locale

# The zones that have a place in them; the others are other names of these.
REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@blueprint.get("/courses/<slug>/setup", endpoint="setup")
@access(member("instructor"))
def setup(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """The course with its assignments."""
    shown = {"title_en": g.course.title_en, "title_zh": g.course.title_zh, "timezone": g.course.timezone}
    return _page(Form(shown))


@blueprint.post("/courses/<slug>/setup", endpoint="save_course")
@access(member("instructor"))
def save_course(slug: str) -> Page:
    """Other titles or another time zone. Moments stay what they are; a clock elsewhere shows them."""
    form = forms.read_course(request.form, with_slug=False)
    if form.errors:
        return _page(form), UNPROCESSABLE
    courses.change_course(current_service().db, g.course.id, me(), **form.values)
    tell("setup.saved")
    return go_to(url_for("dashboard.setup", slug=slug))


def _page(form: Form) -> str:
    found = courses.assignments(current_service().db, g.course.id)
    titles = {row.id: _title(row.pack_id) for row in found}
    return render_template(
        "dashboard/setup/course.html", form=form, assignments=found, titles=titles, zones=zones(form.typed)
    )


def _title(pack_id: str) -> str:
    pack = pack_or_none(pack_id)
    return pack.title[locale()] if pack is not None else pack_id


def zones(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """The zones to choose from, as value and words; the one that is chosen is always there."""
    known = {zone for zone in available_timezones() if zone.startswith(REGIONS)} | {"UTC"}
    return [(zone, zone.replace("_", " ")) for zone in sorted(known | {typed.get("timezone") or "UTC"})]


@blueprint.post("/courses/<slug>/setup/code", endpoint="change_code")
@access(member("instructor"))
def change_code(slug: str) -> Page:
    """Another code, or none."""
    is_closed = request.form.get("do") == "close"
    code = None if is_closed else courses.new_code()
    courses.change_course(current_service().db, g.course.id, me(), code=code)
    tell("setup.code_closed" if is_closed else "setup.code_new")
    return go_to(url_for("dashboard.setup", slug=slug))


@blueprint.post("/courses/<slug>/setup/archive", endpoint="archive_course")
@access(member("instructor"))
def archive_course(slug: str) -> Page:
    """End the course, or open it again."""
    is_end = request.form.get("do") != "reopen"
    courses.change_course(current_service().db, g.course.id, me(), archived_at=utc_now() if is_end else None)
    tell("setup.archived" if is_end else "setup.reopened")
    return go_to(url_for("dashboard.setup", slug=slug))


# ------------------------------------------------------------------------------------ the look of a student


@blueprint.post("/courses/<slug>/setup/preview", endpoint="preview")
@access(member("instructor"))
def preview(slug: str) -> Page:
    """From now on, in this browser, be treated as a student of this course."""
    session[AS_STUDENT] = g.course.id
    return go_to(f"/courses/{slug}")


@blueprint.post("/courses/<slug>/setup/preview/end", endpoint="end_preview")
@access(member("student"))
def end_preview(slug: str) -> Page:
    """Be staff again."""
    was_previewing = session.pop(AS_STUDENT, None) is not None
    return go_to(url_for("dashboard.setup", slug=slug) if was_previewing else f"/courses/{slug}")


# --------------------------------------------------------------------------------------------- new courses


@blueprint.get("/courses/new", endpoint="new_course")
@access(ADMIN)
def new_course() -> str:
    """The form of a new course."""
    return _new_page(Form({"timezone": "UTC"}))


@blueprint.post("/courses/new", endpoint="create_course")
@access(ADMIN)
def create_course() -> Page:
    """Create it; whoever does is its first instructor."""
    form = forms.read_course(request.form, with_slug=True)
    if form.errors:
        return _new_page(form), UNPROCESSABLE
    try:
        course = courses.create_course(current_service().db, Course(code=courses.new_code(), **form.values), me())
    except IntegrityError:
        return _new_page(Form(form.typed, {}, {"slug": "setup.slug_taken"})), UNPROCESSABLE
    tell("setup.created")
    return go_to(url_for("dashboard.setup", slug=course.slug))


def _new_page(form: Form) -> str:
    return render_template("dashboard/setup/new_course.html", form=form, zones=zones(form.typed))


@blueprint.get("/courses/<slug>/setup/copy", endpoint="copy_form")
@access(member("instructor"))
def copy_form(slug: str) -> str:
    """The form of the next term's course."""
    shown = {"title_en": g.course.title_en, "title_zh": g.course.title_zh, "timezone": g.course.timezone}
    return _copy_page(Form(shown | {"slug": f"{slug}-2"[-forms.SLUG_CHARACTERS :]}))


@blueprint.post("/courses/<slug>/setup/copy", endpoint="copy_course")
@access(member("instructor"))
def copy_course(slug: str) -> Page:  # noqa: ARG001 - resolved before the view
    """The same assignments in a course of their own, without its people."""
    form = forms.read_course(request.form, with_slug=True)
    begins = request.form.get("begins", "")
    day = forms.read_day(begins)
    errors = dict(form.errors) | ({"begins": "setup.wrong_date"} if begins and day is None else {})
    form = Form(dict(form.typed) | {"begins": begins}, form.values, errors)
    if errors:
        return _copy_page(form), UNPROCESSABLE
    new = Course(code=courses.new_code(), **form.values)
    try:
        made = terms.copy_course(current_service().db, g.course.id, new, me(), begins=day)
    except Refused:
        return _copy_page(Form(form.typed, {}, {"slug": "setup.slug_taken"})), UNPROCESSABLE
    except OverflowError:
        return _copy_page(Form(form.typed, {}, {"begins": "setup.wrong_date"})), UNPROCESSABLE
    tell("setup.copied")
    return go_to(url_for("dashboard.setup", slug=made.slug))


def _copy_page(form: Form) -> str:
    first = terms.first_day(g.course, courses.assignments(current_service().db, g.course.id))
    return render_template("dashboard/setup/copy.html", form=form, zones=zones(form.typed), first=first)
