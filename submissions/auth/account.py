"""A person's own account: name, password, and where it is signed in."""

from __future__ import annotations

from flask import g, render_template, request, url_for

from submissions.auth import limits
from submissions.auth.forms import email_fault, name_fault, password_fault, typed_line
from submissions.auth.pages import UNPROCESSABLE, Page, blueprint, busy, go_to, passwords, tell
from submissions.auth.passwords import TooBusyError
from submissions.auth.policy import SIGNED_IN, access
from submissions.auth.sessions import address
from submissions.service import current_service
from submissions.store import accounts, login_sessions


@blueprint.get("/account", endpoint="account")
@access(SIGNED_IN)
def account() -> Page:
    """Everything about the account on one page."""
    return _page({})


@blueprint.post("/account/name", endpoint="change_name")
@access(SIGNED_IN)
@limits.MY_ACCOUNT
def change_name() -> Page:
    """Another name or address."""
    name, email = typed_line(request.form, "name"), typed_line(request.form, "email")
    errors = {"name": name_fault(name), "email": email_fault(email)}
    if any(errors.values()):
        return _page(errors), UNPROCESSABLE
    accounts.change_account(current_service().db, g.user.id, address(), name=name, email=email)
    tell("auth.saved")
    return go_to(url_for("auth.account"))


@blueprint.post("/account/password", endpoint="change_password")
@access(SIGNED_IN)
@limits.MY_PASSWORD
def change_password() -> Page:
    """Another password, for whoever knows the present one; every other browser is signed out."""
    old, new = request.form.get("old", ""), request.form.get("password", "")
    fault = password_fault(new, g.user.login)
    if fault:
        return _page({"password": fault}), UNPROCESSABLE
    try:
        if not passwords().matches(g.user.password_hash, old[:1000]):
            return _page({"old": "auth.wrong_password"}), UNPROCESSABLE
        secret = passwords().hash(new)
    except TooBusyError:
        return busy()
    login_sessions.change_password(current_service().db, g.user.id, secret, address(), keep=g.identity.session.id)
    tell("auth.password_changed")
    return go_to(url_for("auth.account"))


@blueprint.post("/account/sessions/<int:session_id>/revoke", endpoint="revoke_session")
@access(SIGNED_IN, free={"session_id"})  # the store only ends a session of the person who asks
@limits.MY_ACCOUNT
def revoke_session(session_id: int) -> Page:
    """Sign one browser out."""
    login_sessions.revoke_session(current_service().db, g.user.id, session_id, address())
    tell("auth.session_revoked")
    return go_to(url_for("auth.account"))


def _page(errors: dict[str, str | None]) -> str:
    sessions = login_sessions.sessions_of(current_service().db, g.user.id)
    return render_template("auth/account.html", sessions=sessions, here=g.identity.session.id, errors=errors)
