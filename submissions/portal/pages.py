"""What the students' pages share: the exercise behind an assignment, how long things take, who may see what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_timedelta
from flask import Blueprint, flash, g

from grader.errors import PackError
from grader.packs import CheckDeclaration, Pack
from submissions.auth.policy import is_staff
from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Extension
from submissions.portal.plain import marked
from submissions.portal.report_view import Reader
from submissions.service import current_service
from submissions.store import outlook, rules
from submissions.store.refused import Refused
from submissions.texts import text
from submissions.web.language import locale, moment, t

blueprint = Blueprint("portal", __name__, template_folder="templates")

BABEL_NAMES = {"en": "en_GB", "zh": "zh_Hans_CN"}
UNPROCESSABLE, SEE_OTHER = 422, 303


@dataclass(frozen=True)
class Exercise:
    """An exercise as a page names it. `pack` is None where it can't be read; the title is its id then."""

    title: str
    summary: str
    pack: Pack | None

    @property
    def questions(self) -> tuple[CheckDeclaration, ...]:
        """What is answered in words: the checks that people mark."""
        return tuple(check for check in self.pack.checks if check.rubric) if self.pack is not None else ()


def exercise_of(assignment: Assignment) -> Exercise:
    """The exercise behind an assignment, in the reader's language."""
    try:
        pack = current_service().packs.get(assignment.pack_id)
    except PackError:
        return Exercise(assignment.pack_id, "", None)
    return Exercise(pack.title[locale()], pack.summary[locale()], pack)


def reader_of(assignment: Assignment, extension: Extension | None, now: datetime) -> Reader:
    """What the person who asks may see of results in this assignment; `extension` is the student's."""
    return Reader(locale(), staff=is_staff(), open=rules.results_open(assignment, extension, now))


def expected_seconds(pack_id: str, before: int | None = None) -> float:
    """How long until a result, as far as recent gradings tell; `before`: how many are graded first (all that wait)."""
    service = current_service()
    ahead = outlook.waiting(service.db) if before is None else before
    return outlook.typical_seconds(service.db, pack_id) * (ahead // max(1, service.settings.slots) + 1)


def tell(key: str, kind: str = "success", **blanks: object) -> None:
    """Show a sentence on the next page."""
    flash(t(key, **blanks), kind)


def refusal(refused: Refused) -> str:
    """Why something was refused, and until when, in the reader's language."""
    detail = dict(refused.detail)
    sentence = detail.pop("sentence", None)
    if isinstance(sentence, dict):
        return str(sentence[locale()])
    blanks = {name: _said(value) for name, value in detail.items()}
    return text(f"portal.refused_{refused.code}", locale(), **blanks)


def _said(value: object) -> object:
    return moment(value).striptags() if isinstance(value, datetime) else value


@blueprint.app_template_filter("relative")
def relative(value: datetime) -> str:
    """How far a moment is from now: "in 3 days", "2 hours ago"."""
    return format_timedelta(value - utc_now(), add_direction=True, locale=BABEL_NAMES[locale()], threshold=1.2)


@blueprint.app_template_filter("duration")
def duration(seconds: float) -> str:
    """A length of time that is only an estimate, in words."""
    if seconds < 1.5:
        return t("portal.about_a_second")
    if seconds < 90:
        return t("portal.about_seconds", n=round(seconds))
    return t("portal.about_minutes", n=round(seconds / 60))


blueprint.add_app_template_filter(marked, "marked")


@blueprint.app_template_filter("percent")
def percent(share: float) -> str:
    """0.9 as 90 %."""
    words = f"{100 * share:.1f}".rstrip("0").rstrip(".")
    return f"{words}%"


@blueprint.app_template_filter("exercise_title")
def exercise_title(assignment: Assignment) -> str:
    """What the exercise of an assignment is called."""
    return exercise_of(assignment).title


def my_id() -> int:
    """The id of the person who asks."""
    user_id: int = g.user.id
    return user_id
