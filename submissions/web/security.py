"""What every answer carries and every request is held to: a strict content policy, CSRF tokens, caps, known hosts."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from grader.limits import SUBMISSION_BYTES
from submissions.settings import ServiceSettings
from submissions.store.login_sessions import LONGEST

KIB = 1024
# A file of the largest size, together with the other fields of its form.
REQUEST_BYTES = SUBMISSION_BYTES + 256 * KIB
FORM_PARTS = 100
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}

csrf = CSRFProtect()


def configure(app: Flask, settings: ServiceSettings) -> None:
    """The parts of Flask's own configuration that are about safety."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST + timedelta(days=1),
        MAX_CONTENT_LENGTH=REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=REQUEST_BYTES,
        MAX_FORM_PARTS=FORM_PARTS,
        TRUSTED_HOSTS=trusted_hosts(settings),
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
        WTF_CSRF_CHECK_DEFAULT=False,  # the hook below does, for everyone but programs with a key
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open over night; the token ends with the session
    )
    csrf.init_app(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]


def trusted_hosts(settings: ServiceSettings) -> list[str] | None:
    """The names this service answers to; None where it listens on every address and was told no name."""
    if settings.hosts:
        return [*settings.hosts, *LOCAL_NAMES]
    return None if settings.host in ("0.0.0.0", "::") else [settings.host, *LOCAL_NAMES]  # noqa: S104 - compared


def install(app: Flask, settings: ServiceSettings) -> None:
    """Hold requests to the rules and answers to the headers. Call it after identity and language are known."""
    app.before_request(_check_csrf)
    app.after_request(_finish)
    app.jinja_env.globals["nonce"] = nonce
    if settings.https:
        app.after_request(_https_only)


def nonce() -> str:
    """A token of this answer's own; a script or style without it doesn't run."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def _check_csrf() -> None:
    """Every write needs the token, in a field of the form or in X-CSRFToken. A key is never sent by accident."""
    if request.method in WRITING and not g.identity.by_key:
        csrf.protect()


def _finish(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce())
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _https_only(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
