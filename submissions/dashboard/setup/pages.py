"""What the pages of the set-up share."""

from __future__ import annotations

from typing import cast

from flask import current_app, flash, g, redirect, request
from werkzeug.wrappers import Response

from grader.errors import PackError
from grader.packs import Pack
from submissions.auth.passwords import Passwords
from submissions.service import current_service
from submissions.web.language import t

SEE_OTHER, UNPROCESSABLE = 303, 422
Page = str | Response | tuple[str, int]


def tell(key: str, kind: str = "success", **blanks: object) -> None:
    """Show a sentence on the next page."""
    flash(t(key, **blanks), kind)


def go_to(target: str) -> Response:
    """To another page, which is then asked for with GET."""
    return redirect(target, SEE_OTHER)


def me() -> int:
    """The id of the person who asks."""
    user_id: int = g.user.id
    return user_id


def passwords() -> Passwords:
    """The application's hasher."""
    return cast("Passwords", current_app.extensions["passwords"])


def pack_or_none(pack_id: str) -> Pack | None:
    """The pack, unless it can't be read."""
    try:
        return current_service().packs.get(pack_id)
    except PackError:
        return None


def number(name: str, form: bool = False) -> int:
    """A number from the address or the form; 1 where there is none that makes sense."""
    words = (request.form if form else request.args).get(name, "1")
    return int(words) if words.isascii() and words.isdigit() and len(words) < 9 else 1
