"""What the pages of accounts share."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, flash, g, redirect, render_template
from werkzeug.wrappers import Response

from submissions.auth.passwords import Passwords
from submissions.models.courses import Course
from submissions.texts import text

SEE_OTHER, UNPROCESSABLE, BUSY = 303, 422, 503
HOME = "/"

Page = str | Response | tuple[str, int]

blueprint = Blueprint("auth", __name__, template_folder="templates")


def passwords() -> Passwords:
    """The application's hasher."""
    return cast("Passwords", current_app.extensions["passwords"])


def title_of(course: Course) -> str:
    """A course's title in the reader's language."""
    return course.title_zh if g.locale == "zh" else course.title_en


def tell(key: str, **blanks: object) -> None:
    """Show a sentence on the next page."""
    flash(text(key, g.locale, **blanks))


def go_to(target: str) -> Response:
    """To another page, which is then asked for with GET."""
    return redirect(target, SEE_OTHER)


def busy() -> tuple[str, int]:
    """Too many passwords are being looked at."""
    return render_template("errors/page.html", status=BUSY, key="busy"), BUSY
