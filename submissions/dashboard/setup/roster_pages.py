"""The people of a course: who is in it, in which role, and the links that let others in."""

from __future__ import annotations

from flask import abort, g, render_template, request, url_for
from werkzeug.wrappers import Response

from submissions.auth.forms import email_fault, typed_line
from submissions.auth.policy import access, member
from submissions.auth.sessions import address
from submissions.dashboard import blueprint
from submissions.dashboard.exports import csv_file
from submissions.dashboard.setup.pages import UNPROCESSABLE, Page, go_to, me, number, tell
from submissions.service import current_service
from submissions.store import accounts, roster
from submissions.store.accounts import ROLES
from submissions.store.refused import Refused
from submissions.web.language import t

TEXT_CHARACTERS = 100


@blueprint.get("/courses/<slug>/setup/roster", endpoint="roster")
@access(member("instructor"))
def people(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """A page of members."""
    return _page()


@blueprint.get("/courses/<slug>/setup/roster.csv", endpoint="roster_file")
@access(member("instructor"))
def roster_file(slug: str) -> Response:
    """Everybody, in the form that the import takes."""
    found = roster.members(current_service().db, g.course.id, page=None)
    lines = [(row.login, row.name, row.email, row.role) for row in found.members]
    return csv_file(f"{slug}-roster", ("login", "name", "email", "role"), lines)


def _page(link: str = "", whose: str = "", errors: dict[str, str] | None = None) -> str:
    db = current_service().db
    text = " ".join(request.args.get("q", "")[:TEXT_CHARACTERS].split())
    role = request.args.get("role", "")
    return render_template(
        "dashboard/setup/roster.html",
        found=roster.members(db, g.course.id, text, role, number("page")),
        text=text,
        role=role if role in ROLES else "",
        roles=ROLES,
        invitations=roster.open_invitations(db, g.course.id),
        link=link,
        whose=whose,
        errors=errors or {},
        me=me(),
    )


def _back(slug: str) -> Response:
    return go_to(url_for("dashboard.roster", slug=slug))


@blueprint.post("/courses/<slug>/setup/roster/<int:user_id>/role", endpoint="set_role")
@access(member("instructor"))
def set_role(slug: str, user_id: int) -> Response:
    """Give a member another role, at most that of an instructor."""
    role = request.form.get("role", "")
    if role not in ROLES:
        tell("setup.wrong_choice", "error")
        return _back(slug)
    try:
        roster.set_role(current_service().db, g.course.id, user_id, role, me(), address())
    except Refused as refusal:
        tell(f"setup.refused_{refusal.code}", "error")
        return _back(slug)
    tell("setup.role_set", name=_name(), role=t(f"setup.role_{role}"))
    return _back(slug)


@blueprint.post("/courses/<slug>/setup/roster/<int:user_id>/remove", endpoint="remove_member")
@access(member("instructor"))
def remove_member(slug: str, user_id: int) -> Response:
    """Take a member off the course."""
    try:
        roster.remove(current_service().db, g.course.id, user_id, me(), address())
    except Refused as refusal:
        tell(f"setup.refused_{refusal.code}", "error")
        return _back(slug)
    tell("setup.member_removed", name=_name())
    return _back(slug)


def _name() -> str:
    return g.student.name if g.student is not None else ""


@blueprint.post("/courses/<slug>/setup/roster/<int:user_id>/link", endpoint="account_link")
@access(member("instructor"))
def account_link(slug: str, user_id: int) -> Page:
    """Another link for an account that nobody has taken yet; shown once."""
    try:
        user, token = roster.new_account_link(current_service().db, g.course.id, user_id, me())
    except Refused as refusal:
        tell(f"setup.refused_{refusal.code}", "error")
        return _back(slug)
    return _page(url_for("dashboard.welcome", account_token=token, _external=True), user.name)


@blueprint.post("/courses/<slug>/setup/roster/invitations", endpoint="invite")
@access(member("instructor"))
def invite(slug: str) -> Page:  # noqa: ARG001 - resolved before the view
    """A link that makes whoever opens it a member, once; shown once."""
    role, email = request.form.get("role", ""), typed_line(request.form, "email")
    if role not in ROLES:
        abort(400)
    if email_fault(email):
        return _page(errors={"email": "auth.email_form"}), UNPROCESSABLE
    _, token = accounts.invite(current_service().db, g.course.id, role, me(), email)
    return _page(url_for("auth.invitation", token=token, _external=True), email)


@blueprint.post("/courses/<slug>/setup/roster/invitations/withdraw", endpoint="withdraw_invitation")
@access(member("instructor"))
def withdraw_invitation(slug: str) -> Response:
    """End a link."""
    roster.withdraw_invitation(current_service().db, g.course.id, number("invitation", form=True), me())
    tell("setup.link_ended")
    return _back(slug)
