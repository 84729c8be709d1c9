"""Which language and colours a reader gets, and how moments and numbers are written in it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from babel.dates import format_date, format_datetime, format_skeleton, get_timezone
from flask import Blueprint, Flask, current_app, g, make_response, redirect, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from submissions.auth.forms import local_target
from submissions.auth.policy import PUBLIC, access, wants_json
from submissions.service import current_service
from submissions.store.accounts import change_account
from submissions.texts import LANGUAGE_TAGS, LOCALES, area, text, visible

THEMES = ("system", "light", "dark")
# The first mark that is found counts: most browsers also claim to be others.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
YEAR_SECONDS = 365 * 24 * 3600
BABEL_NAMES = {"en": "en_GB", "zh": "zh_Hans_CN"}
PATTERNS = {"en": "d MMM y, HH:mm", "zh": "y年M月d日 HH:mm"}

blueprint = Blueprint("language", __name__)


def install(app: Flask) -> None:
    """Choose before each request; teach the templates."""
    app.before_request(_choose)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        t=t, script_texts=script_texts, language_tags=LANGUAGE_TAGS, locales=LOCALES, themes=THEMES
    )
    app.jinja_env.filters.update(
        moment=moment,
        day=day,
        clock=clock,
        points=points,
        course_title=course_title,
        visible=visible,
        browser=browser,
    )


def t(key: str, **blanks: object) -> str:
    """A sentence in the reader's language; the template escapes it. A blank may be markup, such as a moment."""
    if any(isinstance(value, Markup) for value in blanks.values()):
        return Markup(escape(text(key, locale()))).format(**blanks)  # noqa: S704 - escaped
    return text(key, locale(), **blanks)


def script_texts() -> dict[str, str]:
    """What the pages' script says, in the reader's language."""
    return area("script", locale())


def browser(agent: str) -> str:
    """A browser and its system by what it calls itself, as far as they are common."""
    name = next((name for mark, name in BROWSERS if mark in agent), t("auth.unknown_browser"))
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{name} · {system}" if system else name


def locale() -> str:
    """The reader's language."""
    found: str = getattr(g, "locale", LOCALES[0])
    return found


@blueprint.post("/preferences", endpoint="preferences")
@access(PUBLIC)
def set_preferences() -> Response:
    """Remember a language or a theme: in a cookie, and for whoever is signed in with the account."""
    wanted = {"locale": (request.form.get("locale"), LOCALES), "theme": (request.form.get("theme"), THEMES)}
    chosen = {name: value for name, (value, allowed) in wanted.items() if value is not None and value in allowed}
    back = local_target(request.form.get("next")) or "/"
    response = make_response("", 204) if wants_json() else redirect(back, 303)
    for name, value in chosen.items():
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(name, value, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax", path="/")
    if chosen and g.user is not None:
        change_account(current_service().db, g.user.id, **chosen)
    return response


def _choose() -> None:
    asked = request.accept_languages.best_match(["en", "zh", "zh-CN", "zh-TW", "zh-HK", "zh-SG"], LOCALES[0])
    own = g.user.locale if g.user is not None else ""
    g.locale = _first_of(LOCALES, own, request.cookies.get("locale"), str(asked)[:2])
    own = g.user.theme if g.user is not None else ""
    g.theme = _first_of(THEMES, own, request.cookies.get("theme"))


def _first_of(allowed: tuple[str, ...], *wishes: str | None) -> str:
    return next((wish for wish in wishes if wish in allowed), allowed[0])


# ------------------------------------------------------------------------------------- moments and points


def course_timezone() -> tzinfo:
    """The time zone of the course that the page is about."""
    course = getattr(g, "course", None)
    try:
        return get_timezone(course.timezone if course is not None else "UTC")
    except LookupError:
        return get_timezone("UTC")


def moment(value: datetime) -> Markup:
    """Day and time, as a <time> element that also says the zone."""
    return _time(value, format_datetime(value, PATTERNS[locale()], course_timezone(), _babel()))


def day(value: datetime) -> Markup:
    """The day alone."""
    return _time(value, format_date(value.astimezone(course_timezone()), "medium", _babel()))


def clock(value: datetime) -> Markup:
    """The time of day alone."""
    return _time(value, format_skeleton("Hm", value, course_timezone(), locale=_babel()))


def points(value: float | None) -> str:
    """2, 2.5 or 0.33; a dash where there are none yet."""
    return "–" if value is None else f"{round(value, 2):.2f}".rstrip("0").rstrip(".")


def course_title(course: Any) -> str:
    """The title in the reader's language, with nothing invisible in it."""
    return visible(course.title_zh if locale() == "zh" else course.title_en)


def _time(value: datetime, words: str) -> Markup:
    zone = value.astimezone(course_timezone()).tzname() or "UTC"
    full = f"{format_datetime(value, 'long', course_timezone(), _babel())} ({zone})"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(timespec="seconds"), full, words)


def _babel() -> str:
    return BABEL_NAMES[locale()]
