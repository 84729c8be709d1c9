"""Signing in and out, new accounts, and ways into a course."""

from __future__ import annotations

from flask import g, render_template, request, session, url_for
from werkzeug.wrappers import Response

from submissions.auth import limits
from submissions.auth.forms import SignUpForm, local_target, read_sign_up
from submissions.auth.pages import HOME, UNPROCESSABLE, Page, blueprint, busy, go_to, passwords, tell, title_of
from submissions.auth.passwords import TooBusyError
from submissions.auth.policy import PUBLIC, SIGNED_IN, access
from submissions.auth.sessions import address, sign_in, sign_out
from submissions.models.courses import Course
from submissions.models.people import User
from submissions.service import current_service
from submissions.store import accounts, login_sessions
from submissions.store.refused import Refused

# ----------------------------------------------------------------------------------------------- sign in


@blueprint.get("/sign-in")
@access(PUBLIC)
def sign_in_form() -> Page:
    """The form; who is signed in already goes on."""
    target = local_target(request.args.get("next"))
    if g.user is not None:
        return go_to(target or HOME)
    return render_template("auth/sign_in.html", target=target, login="", error=None)


@blueprint.post("/sign-in", endpoint="sign_in")
@access(PUBLIC)
@limits.GUESSES
@limits.GUESSES_ANYWHERE
@limits.GUESSES_HERE
def sign_in_post() -> Page:
    """Look at login and password. What is wrong isn't told, nor by the time it takes."""
    login, password = request.form.get("login", ""), request.form.get("password", "")
    target = local_target(request.form.get("next"))
    user = accounts.user_by_login(current_service().db, login)
    try:
        right = passwords().matches(user.password_hash if user else None, password[:1000])
    except TooBusyError:
        return busy()
    if user is None or not right or not user.is_active:
        page = render_template("auth/sign_in.html", target=target, login=login[:200], error="auth.wrong_login")
        return page, UNPROCESSABLE
    _refresh_hash(user, password)
    return _signed_in(user, target or HOME)


@blueprint.post("/sign-out", endpoint="sign_out")
@access(PUBLIC)
def sign_out_post() -> Page:
    """End the session of this browser."""
    response = go_to(url_for("auth.sign_in_form"))
    sign_out(response)
    session.clear()
    return response


# ------------------------------------------------------------------------------------------ new accounts


@blueprint.get("/sign-up")
@access(PUBLIC)
def sign_up_form() -> Page:
    """The form of a new account, which always comes with a course: by code, or by an invitation."""
    form = SignUpForm("", "", "", "", request.args.get("code", "")[:64], request.args.get("invitation", "")[:100])
    return _sign_up_page(form)


@blueprint.post("/sign-up", endpoint="sign_up")
@access(PUBLIC)
@limits.SIGN_UPS
@limits.CODES
def sign_up_post() -> Page:
    """Make the account, enrol it, sign it in."""
    form = read_sign_up(request.form)
    if form.errors:
        return _sign_up_page(form), UNPROCESSABLE
    db = current_service().db
    try:
        secret = passwords().hash(form.password)
        new = accounts.NewUser(form.login, form.name, secret, form.email, locale=g.locale)
        user, course = accounts.sign_up(db, new, address(), code=form.code, invitation=form.invitation)
    except TooBusyError:
        return busy()
    except Refused as refusal:
        return _sign_up_page(form, refusal), UNPROCESSABLE
    tell("auth.welcome", name=user.name, course=title_of(course))
    return _signed_in(user, f"/courses/{course.slug}")


def _sign_up_page(form: SignUpForm, refusal: Refused | None = None) -> str:
    place = {"login_taken": "login", "unknown_code": "code"}
    errors = dict(form.errors)
    if refusal is not None:
        errors[place.get(refusal.code, "form")] = f"auth.{refusal.code}"
    offered = accounts.invitation(current_service().db, form.invitation) if form.invitation else None
    if form.invitation and offered is None:
        errors["form"] = "auth.used_invitation"
    return render_template("auth/sign_up.html", form=form, errors=errors, offered=offered)


# ------------------------------------------------------------------------------------- ways into a course


@blueprint.get("/invite/<token>")
@access(PUBLIC, free={"token"})
def invitation(token: str) -> Page:
    """What one is invited to, and the ways to say yes."""
    offered = accounts.invitation(current_service().db, token)
    page = render_template("auth/invitation.html", offered=offered, token=token)
    return page if offered else (page, 404)


@blueprint.post("/invite/<token>", endpoint="accept_invitation")
@access(SIGNED_IN, free={"token"})
@limits.MY_CODES
def accept_invitation_post(token: str) -> Page:
    """Come into the course with the account one has."""
    try:
        course = accounts.accept_invitation(current_service().db, g.user.id, token, address())
    except Refused:
        return render_template("auth/invitation.html", offered=None, token=token), 404
    return _joined(course)


@blueprint.get("/join")
@access(SIGNED_IN)
def join_form() -> Page:
    """Ask for another course's code."""
    return render_template("auth/join.html", code=request.args.get("code", "")[:64], error=None)


@blueprint.post("/join", endpoint="join")
@access(SIGNED_IN)
@limits.MY_CODES
def join_post() -> Page:
    """Come into another course by its code."""
    code = request.form.get("code", "")[:64]
    try:
        course = accounts.join(current_service().db, g.user.id, code, address())
    except Refused as refusal:
        return render_template("auth/join.html", code=code, error=f"auth.{refusal.code}"), UNPROCESSABLE
    return _joined(course)


def _joined(course: Course) -> Response:
    tell("auth.joined", course=title_of(course))
    return go_to(f"/courses/{course.slug}")


# ------------------------------------------------------------------------------------------------- part


def _signed_in(user: User, target: str) -> Response:
    flashes = session.get("_flashes", [])
    session.clear()  # a new session also gets a new CSRF token
    session.permanent = True
    if flashes:
        session["_flashes"] = flashes
    response = go_to(target)
    sign_in(user, response)
    return response


def _refresh_hash(user: User, password: str) -> None:
    """The costs of hashing rise over the years; who signs in gets today's."""
    stored = user.password_hash
    if stored and passwords().outdated(stored):
        new = passwords().hash(password)
        login_sessions.store_stronger_hash(current_service().db, user.id, stored, new)
