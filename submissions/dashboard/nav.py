"""The way from one area of a course to the next: only where the reader may go."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request
from werkzeug.exceptions import HTTPException

from submissions.auth.policy import RANKS, rule_of
from submissions.dashboard import blueprint
from submissions.models.courses import Course

PLACES = (
    ("class_view", "/courses/{slug}/staff"),
    ("gradebook", "/courses/{slug}/gradebook"),
    ("answers", "/courses/{slug}/answers"),
    ("regrades", "/courses/{slug}/regrades"),
    ("similarity", "/courses/{slug}/similarity"),
    ("setup", "/courses/{slug}/setup"),
    ("audit", "/courses/{slug}/audit"),
    ("health", "/health-of-service"),
)


@dataclass(frozen=True)
class Place:
    """An area with its address; `name` is the last part of its text's key, dashboard.nav_<name>."""

    name: str
    address: str


@blueprint.app_template_global("staff_places")
def staff_places(course: Course) -> list[Place]:
    """The areas of a course that the reader may enter."""
    places = (Place(name, address.format(slug=course.slug)) for name, address in PLACES)
    return [place for place in places if _may_enter(place.address)]


def _may_enter(address: str) -> bool:
    try:
        endpoint, _ = current_app.url_map.bind_to_environ(request.environ).match(address, method="GET")
    except HTTPException:
        return False
    rule = rule_of(current_app, endpoint)
    if rule is None or rule.need.kind == "admin":
        return rule is not None and g.user is not None and g.user.is_admin
    return RANKS.get(g.role or "", 0) >= RANKS.get(rule.need.role, RANKS["assistant"])
