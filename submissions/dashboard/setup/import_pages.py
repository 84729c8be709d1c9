"""A class list from a file: what it would do, then its doing; and the page on which new people take their accounts."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from flask import g, render_template, request, url_for

from submissions.auth import limits
from submissions.auth.forms import password_fault
from submissions.auth.passwords import TooBusyError
from submissions.auth.policy import PUBLIC, access, member
from submissions.auth.sessions import address
from submissions.dashboard import blueprint
from submissions.dashboard.exports import cell
from submissions.dashboard.setup.pages import UNPROCESSABLE, Page, go_to, me, passwords, tell
from submissions.dashboard.setup.roster_file import NoRosterError, decode, read_roster
from submissions.service import current_service
from submissions.store import roster, roster_import
from submissions.store.refused import Refused
from submissions.store.roster_import import Created, Step
from submissions.web.language import course_title, t

# Each costs a good part of a second; a class of more gets links.
MOST_PASSWORDS = 60
SYLLABLES = (
    "ba be bi bo bu da de di do du fa fe fi fo fu ga ge gi go gu ka ke ki ko ku la le li lo lu ma me mi mo mu".split()
)
BUSY = 503


@blueprint.get("/courses/<slug>/setup/roster/import", endpoint="import_form")
@access(member("instructor"))
def import_form(slug: str) -> str:  # noqa: ARG001 - resolved before the view
    """Ask for the file."""
    return _form()


def _form(error: str = "", words: str = "") -> str:
    return render_template("dashboard/setup/import.html", error=error, words=words)


@blueprint.post("/courses/<slug>/setup/roster/import", endpoint="preview_import")
@access(member("instructor"))
def preview_import(slug: str) -> Page:  # noqa: ARG001 - resolved before the view
    """What the list would do. Nothing is written."""
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    words = request.form.get("words", "")
    try:
        return _preview(decode(content) if content else words)
    except NoRosterError as error:
        return _form(f"setup.list_{error.code}", words[:100_000]), UNPROCESSABLE


def _preview(words: str) -> str:
    steps = roster_import.plan(current_service().db, g.course.id, read_roster(words), me())
    counts = Counter(step.action for step in steps)
    return render_template(
        "dashboard/setup/import_preview.html",
        words=words,
        steps=sorted(steps, key=lambda step: step.action != "reject"),  # what needs a look stands first
        counts=counts,
        agreed=roster_import.digest(steps),
        does_anything=any(counts[name] for name in ("create", "enrol", "change")),
        may_set_passwords=g.user.is_admin and 0 < counts["create"] <= MOST_PASSWORDS,
    )


@blueprint.post("/courses/<slug>/setup/roster/import/confirm", endpoint="confirm_import")
@access(member("instructor"))
def confirm_import(slug: str) -> Page:  # noqa: ARG001 - resolved before the view
    """Do what the preview said, or show it again where it would now be something else."""
    db, words = current_service().db, request.form.get("words", "")
    try:
        lines = read_roster(words)
    except NoRosterError as error:
        return _form(f"setup.list_{error.code}", words[:100_000]), UNPROCESSABLE
    made: dict[str, str] = {}
    if g.user.is_admin and request.form.get("passwords"):
        made = _new_passwords(roster_import.plan(db, g.course.id, lines, me()))
    try:
        created = roster_import.carry_out(
            db, g.course.id, lines, me(), agreed=request.form.get("agreed", ""),
            password_hashes={login: passwords().hash(word) for login, word in made.items()}, address=address(),
        )  # fmt: skip
    except Refused:
        tell("setup.refused_roster_changed", "warning")
        return _preview(words), UNPROCESSABLE
    except TooBusyError:
        return render_template("errors/page.html", status=BUSY, key="busy"), BUSY
    tell("setup.imported")
    if not created:
        return go_to(url_for("dashboard.roster", slug=g.course.slug))
    handed_out = _handed_out(created, made)
    return render_template("dashboard/setup/import_done.html", people=handed_out, copied=_as_cells(handed_out))


def _new_passwords(steps: Sequence[Step]) -> dict[str, str]:
    """By login; for as many as may have one."""
    logins = [step.line.login for step in steps if step.action == "create"]
    return {login: new_password() for login in logins} if len(logins) <= MOST_PASSWORDS else {}


def new_password() -> str:
    """Easy to copy from paper: ten syllables of 35, about 51 bits."""
    words = ["".join(secrets.choice(SYLLABLES) for _ in range(size)) for size in (3, 4, 3)]
    return "-".join(words)


def _handed_out(created: Sequence[Created], made: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "name": one.user.name,
            "login": one.user.login,
            "email": one.user.email,
            "password": made.get(one.user.login, ""),
            "link": url_for("dashboard.welcome", account_token=one.token, _external=True) if one.token else "",
        }
        for one in created
    ]


def _as_cells(people: Sequence[Mapping[str, str]]) -> str:
    """The table as a spreadsheet takes it from the clipboard."""
    lines = [(one["name"], one["login"], one["email"], one["password"] or one["link"]) for one in people]
    return "\n".join("\t".join(str(cell(value)) for value in line) for line in lines)


# ---------------------------------------------------------------------------------------- taking an account


@blueprint.get("/welcome/<account_token>", endpoint="welcome")
@access(PUBLIC, free={"account_token"})
def welcome(account_token: str) -> Page:
    """Whose account this is, and the form of its password."""
    return _welcome(account_token)


@blueprint.post("/welcome/<account_token>", endpoint="take_account")
@access(PUBLIC, free={"account_token"})
@limits.CODES
def take_account(account_token: str) -> Page:
    """Set the password of an account that has none, once."""
    db = current_service().db
    found = roster.account_of_link(db, account_token)
    if found is None:
        return _welcome(account_token)
    password = request.form.get("password", "")
    fault = password_fault(password, found[0].login)
    if fault is None and password != request.form.get("again", ""):
        fault = "setup.not_the_same"
    if fault is not None:
        return _welcome(account_token, fault, UNPROCESSABLE)
    try:
        roster.take_account(db, account_token, passwords().hash(password), address())
    except TooBusyError:
        return render_template("errors/page.html", status=BUSY, key="busy"), BUSY
    except Refused:
        return _welcome(account_token)
    tell("setup.account_taken")
    return go_to(url_for("auth.sign_in_form", next=f"/courses/{found[1].slug}"))


def _welcome(token: str, fault: str = "", status: int = 200) -> Page:
    found = roster.account_of_link(current_service().db, token)
    error = t(fault, shortest=10, longest=256) if fault.startswith("auth.") else t(fault) if fault else None
    title = course_title(found[1]) if found is not None else ""
    page = render_template("dashboard/setup/welcome.html", found=found, title=title, token=token, error=error)
    return page, status if found is not None else 404
