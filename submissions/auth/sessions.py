"""The cookie that says who is asking, and the row behind it. A program's key takes the cookie's place."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Request, current_app, g, request
from werkzeug.wrappers import Response

from submissions.models.people import LoginSession, User
from submissions.service import current_service
from submissions.store import api_tokens, login_sessions

BEARER = "Bearer "


@dataclass(frozen=True)
class Identity:
    """Who is asking. scopes: what a program's key allows, None for a browser."""

    user: User | None = None
    session: LoginSession | None = None
    scopes: frozenset[str] | None = None

    @property
    def by_key(self) -> bool:
        """Whether a program asks. It sends no cookie by itself, so nobody can make it ask against its will."""
        return self.scopes is not None


def cookie_name() -> str:
    """`__Host-`: over TLS, browsers take this cookie from this very host alone."""
    return "__Host-login" if current_app.config["SESSION_COOKIE_SECURE"] else "login"


def install(app: Flask) -> None:
    """Find out who asks before anything else looks at a request."""
    app.before_request(_identify)


def _identify() -> None:
    g.identity, g.user = Identity(), None  # an error page needs them, also when the next line fails
    g.identity = identify(request)
    g.user = g.identity.user


def identify(request: Request) -> Identity:
    """Who sent the request. With an Authorization header the cookie doesn't count, also where the key is wrong."""
    db = current_service().db
    header = request.headers.get("Authorization")
    if header is not None:
        found = api_tokens.token_owner(db, header.removeprefix(BEARER)) if header.startswith(BEARER) else None
        if found is None:
            return Identity(scopes=frozenset())
        return Identity(found[0], None, frozenset(found[1].scopes.split()))
    token = request.cookies.get(cookie_name())
    known = login_sessions.signed_in(db, token) if token else None
    return Identity(known.user, known.session) if known else Identity()


def sign_in(user: User, response: Response) -> None:
    """Begin a session. The one this browser had before ends, so a planted cookie is worth nothing."""
    replaces = request.cookies.get(cookie_name(), "")
    agent = request.headers.get("User-Agent", "")
    token = login_sessions.open_session(current_service().db, user.id, address(), agent, replaces)
    response.set_cookie(
        cookie_name(), token, max_age=login_sessions.LONGEST, secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True, samesite="Lax", path="/",
    )  # fmt: skip


def sign_out(response: Response) -> None:
    """End this browser's session."""
    identity: Identity = g.identity
    if identity.user is not None and identity.session is not None:
        login_sessions.revoke_session(current_service().db, identity.user.id, identity.session.id, address())
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")


def address() -> str:
    """Where the request came from, as far as the trusted proxies tell."""
    return (request.remote_addr or "")[:64]
