"""What people and programs read when something can't be done."""

from __future__ import annotations

from traceback import format_exception

import structlog
from flask import Flask, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from submissions.auth.policy import wants_json
from submissions.auth.sessions import Identity
from submissions.texts import LOCALES, text

# Statuses with sentences of their own; others get those of the class.
KNOWN = {400, 401, 403, 404, 405, 413, 429, 500, 503}

log = structlog.get_logger(__name__)


def install(app: Flask) -> None:
    """Answer every error in the reader's language."""
    app.register_error_handler(CSRFError, _old_page)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(Exception, _unknown)


def _old_page(_error: CSRFError) -> Response:
    return _answer(400, "old_page")


def _unknown_host(_error: SecurityError) -> Response:
    """Plain words: under a foreign name no address of ours can be built. Nothing of the name is repeated."""
    words = "\n".join(text("web.unknown_host", locale) for locale in LOCALES)
    return Response(f"{words}\n", 400, mimetype="text/plain")


def _known(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    nearest = status if status in KNOWN else (400 if status < 500 else 500)
    response = _answer(status, f"status_{nearest}")
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _unknown(error: Exception) -> Response:
    """Our fault. What happened is for the log alone, which gets no value that somebody sent: neither in the address nor
    as a variable, of which a renderer of tracebacks may show all.
    """
    told = "".join(format_exception(error))
    log.error("request_failed", method=request.method, route=str(request.url_rule), traceback=told)
    return _answer(500, "status_500")


def _answer(status: int, key: str) -> Response:
    if "identity" not in g:  # a hook before the others has failed
        g.identity, g.user = Identity(), None
    if "locale" not in g:
        g.locale, g.theme = LOCALES[0], "system"
    if wants_json():
        message = text(f"web.{key}_title", g.locale)
        response: Response = jsonify(error={"status": status, "code": key, "message": message})
    else:
        response = Response(render_template("errors/page.html", status=status, key=key), mimetype="text/html")
    response.status_code = status
    return response
