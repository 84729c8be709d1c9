"""The one place of roles: each view says who may use it, and one hook looks before every view.

    @blueprint.get("/courses/<slug>")
    @access(member("student"))
    def course(slug): ...          # g.course and g.role are there

The hook resolves what the address names (slug, assignment_id, public_id, batch, other, user_id) into g.course,
g.assignment, g.submission, g.batch, g.other, g.student, so no view can forget that a submission belongs to a course. A
view without a rule stops the application from starting, as does an argument that neither the hook nor the rule knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from submissions.auth.sessions import Identity
from submissions.service import current_service
from submissions.store.reach import NothingThereError, Reach, reach

RANKS = {"student": 1, "assistant": 2, "instructor": 3, "admin": 4}
RESOLVED = frozenset({"slug", "assignment_id", "public_id", "batch", "other", "user_id"})
RULE = "access_rule"
MOST_ROWS = 2**31
# In the browser's session: the id of the course in which its staff wants to be treated as a student for a while.
AS_STUDENT = "as_student"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Need:
    """Who may pass. kind: public, signed_in, member, owner or admin. role: the least role in the course."""

    kind: str
    role: str = ""


@dataclass(frozen=True)
class Rule:
    """A view's need. scope: what a program's key must allow; without one no key opens the view.

    free: arguments of the address that name nothing to be protected, such as a track or a file's ending.
    """

    need: Need
    scope: str | None = None
    free: frozenset[str] = frozenset()


PUBLIC = Need("public")
SIGNED_IN = Need("signed_in")
ADMIN = Need("admin")


def member(role: str) -> Need:
    """Whoever has at least this role in the course that the address names."""
    assert role in RANKS
    return Need("member", role)


def owner_or_staff(role: str = "assistant") -> Need:
    """The member whose submission (or batch) the address names, and who has at least `role` in its course."""
    assert role in RANKS
    return Need("owner", role)


def access(need: Need, *, scope: str | None = None, free: Iterable[str] = ()) -> Callable[[View], View]:
    """Say who may use a view."""

    def mark(view: View) -> View:
        setattr(view, RULE, Rule(need, scope, frozenset(free)))
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule that a view carries."""
    return getattr(app.view_functions[endpoint], RULE, None)


def install(app: Flask) -> None:
    """Look before every view. Call it once every blueprint is registered."""
    faults = list(_faults(app))
    if faults:
        raise RuntimeError("Routes without a safe rule: " + "; ".join(faults))
    app.before_request(_guard)


def is_staff() -> bool:
    """Whether the person may see everyone's work in the course of this request."""
    return RANKS.get(g.role or "", 0) >= RANKS["assistant"]


def _faults(app: Flask) -> Iterable[str]:
    for route in app.url_map.iter_rules():
        rule = rule_of(app, route.endpoint)
        if rule is None:
            yield f"{route.rule} ({route.endpoint}) has none"
        elif unknown := route.arguments - RESOLVED - rule.free:
            yield f"{route.rule} has arguments that nobody checks: {', '.join(sorted(unknown))}"
        elif rule.need.kind == "member" and not route.arguments & RESOLVED:
            yield f"{route.rule} names no course"
        elif rule.need.kind == "owner" and not route.arguments & {"public_id", "batch"}:
            yield f"{route.rule} names no submission"


def _guard() -> Response | None:
    """Let the request through, or answer it: 401 or the sign-in page, 404 for strangers, 403 for too small a role."""
    _clear()
    if request.endpoint is None:
        return None  # no such page; the application says so after the hooks
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        abort(403)
    identity: Identity = g.identity
    if identity.by_key and (identity.user is None or rule.scope is None or rule.scope not in (identity.scopes or ())):
        abort(401 if identity.user is None else 403)
    if rule.need.kind != "public" and identity.user is None:
        return _ask_to_sign_in()
    if not all(_storable(value) for value in (request.view_args or {}).values()):
        abort(404)
    names = {name: value for name, value in (request.view_args or {}).items() if name in RESOLVED}
    if names:
        _resolve(names)
    _check(rule.need)
    return None


def _storable(value: Any) -> bool:
    """Whether a row could have it. PostgreSQL would rather complain than look for another."""
    return value < MOST_ROWS if isinstance(value, int) else "\0" not in str(value)


def _check(need: Need) -> None:
    user = g.user
    if need.kind == "admin" and not user.is_admin:
        abort(403)
    if need.kind not in ("member", "owner"):
        return
    if g.role is None:
        abort(404)  # a stranger doesn't learn what there is
    enough = RANKS[g.role] >= RANKS[need.role]
    if need.kind == "member" and not enough:
        abort(403)
    if need.kind == "owner" and not enough and not _is_owner(user.id):
        abort(404)


def _is_owner(user_id: int) -> bool:
    works = [g.submission] if g.submission is not None else list(g.batch)
    return bool(works) and all(work.user_id == user_id for work in works)


def _resolve(names: dict[str, str | int]) -> None:
    user = g.user
    try:
        found: Reach = reach(current_service().db, user.id if user else None, names)
    except NothingThereError:
        abort(404)
    g.course, g.assignment, g.submission = found.course, found.assignment, found.submission
    g.batch, g.other, g.student = found.batch, found.other, found.student
    g.role = "admin" if user is not None and user.is_admin else found.role
    if is_staff() and not g.identity.by_key and session.get(AS_STUDENT) == found.course.id:
        g.role, g.as_student = "student", True


def _clear() -> None:
    g.course = g.assignment = g.submission = g.other = g.student = g.role = None
    g.batch, g.as_student = (), False


def wants_json() -> bool:
    """Whether a program asks rather than a page in a browser."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return g.identity.by_key or request.path.startswith("/api/") or best == "application/json"


def _ask_to_sign_in() -> Response:
    if wants_json():
        abort(401)
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in_form", next=here))
