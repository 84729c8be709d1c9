"""A class list put into a course: first what it would do, then, if nothing has changed since, that and no more.

A line never touches an account that exists: it gives it a role in this course, and that is all. New accounts are never
admins; they come with a link to set the password, or with a password that was made for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.people import Enrolment, User
from submissions.store.records import audit
from submissions.store.refused import Refused
from submissions.store.roster import add_account_link

MOST_LINES = 5000


@dataclass(frozen=True)
class Line:
    """A line of the list as read. role: "" where it says none. fault: why it can't be taken, "" where it can."""

    number: int
    login: str
    name: str
    email: str = ""
    role: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Step:
    """What a line would do: create (an account), enrol, change (the role), same, or reject, and then why.

    before: the role now, "" for none. after: the role then.
    """

    line: Line
    action: str
    before: str = ""
    after: str = ""
    why: str = ""


@dataclass(frozen=True)
class Created:
    """A new account. token: of its link, "" where it has a password."""

    user: User
    role: str
    token: str


def plan(db: Database, course_id: int, lines: Sequence[Line], actor_id: int) -> list[Step]:
    """What the lines would do at this moment."""
    with db.read() as session:
        return _plan(session, course_id, lines, actor_id)


def digest(steps: Sequence[Step]) -> str:
    """Tells whether two plans are the same."""
    facts = [[step.line.number, step.line.login, step.action, step.before, step.after, step.why] for step in steps]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def carry_out(
    db: Database, course_id: int, lines: Sequence[Line], actor_id: int, *, agreed: str,
    password_hashes: Mapping[str, str], address: str = "",
) -> list[Created]:  # fmt: skip
    """Do what `plan` said. agreed: its digest. password_hashes: by login; accounts without one get a link.

    Raises Refused("roster_changed") where it would now be something else; then nothing is written.
    """
    with db.write() as session:
        steps = _plan(session, course_id, lines, actor_id)
        if digest(steps) != agreed:
            raise Refused("roster_changed")
        users = _create(session, course_id, steps, password_hashes, actor_id, address)
        for step in steps:
            if step.action in ("create", "enrol", "change"):
                user_id = users[step.line.login].id if step.action == "create" else _user_id(session, step.line.login)
                _give_role(session, course_id, user_id, step, actor_id, address)
        session.flush()
        created = []
        for step in (step for step in steps if step.action == "create"):
            user = users[step.line.login]
            needs_link = step.line.login not in password_hashes
            token = add_account_link(session, course_id, user, step.after, actor_id) if needs_link else ""
            created.append(Created(user, step.after, token))
        counts = {name: sum(step.action == name for step in steps) for name in ("create", "enrol", "change", "reject")}
        audit(
            session, actor_id, "roster.import", f"course:{course_id}", course_id=course_id, after=counts,
            address=address,
        )  # fmt: skip
    return created


def _plan(session: Session, course_id: int, lines: Sequence[Line], actor_id: int) -> list[Step]:
    logins = [line.login for line in lines if not line.fault]
    users = {user.login: user for user in session.scalars(select(User).where(User.login.in_(logins)))}
    query = select(Enrolment).where(Enrolment.course_id == course_id, Enrolment.removed_at.is_(None))
    roles = {row.user_id: row.role for row in session.scalars(query)}
    seen: set[str] = set()
    steps = []
    for line in lines:
        steps.append(_step(line, users.get(line.login), roles, actor_id, is_repeated=line.login in seen))
        seen.add(line.login)
    return steps


def _step(line: Line, user: User | None, roles: Mapping[int, str], actor_id: int, *, is_repeated: bool) -> Step:
    if line.fault:
        return Step(line, "reject", why=line.fault)
    if is_repeated:
        return Step(line, "reject", why="twice")
    if user is None:
        return Step(line, "create", after=line.role or "student") if line.name else Step(line, "reject", why="no_name")
    if not user.is_active:
        return Step(line, "reject", why="closed")
    before = roles.get(user.id, "")
    after = line.role or before or "student"
    if before == after:
        return Step(line, "same", before, after)
    if user.id == actor_id:
        return Step(line, "reject", before, why="yourself")
    return Step(line, "change" if before else "enrol", before, after)


def _create(
    session: Session,
    course_id: int,
    steps: Sequence[Step],
    password_hashes: Mapping[str, str],
    actor_id: int,
    address: str,
) -> dict[str, User]:
    users = {
        step.line.login: User(
            login=step.line.login, name=step.line.name, email=step.line.email, locale="", theme="", is_admin=False,
            is_active=True, password_hash=password_hashes.get(step.line.login),
        )
        for step in steps
        if step.action == "create"
    }  # fmt: skip
    session.add_all(users.values())
    session.flush()
    for login, user in users.items():
        after = {"login": login, "is_admin": False}
        audit(session, actor_id, "account.create", f"user:{user.id}", course_id=course_id, after=after, address=address)
    return users


def _user_id(session: Session, login: str) -> int:
    return session.scalars(select(User.id).where(User.login == login)).one()


def _give_role(session: Session, course_id: int, user_id: int, step: Step, actor_id: int, address: str) -> None:
    found = session.get(Enrolment, (user_id, course_id)) if step.action != "create" else None
    if found is None:
        session.add(Enrolment(user_id=user_id, course_id=course_id, role=step.after))
    else:
        found.role, found.removed_at = step.after, None
    before = {"role": step.before} if step.before else None
    audit(
        session, actor_id, "enrolment.set", f"user:{user_id}", course_id=course_id, before=before,
        after={"role": step.after}, address=address,
    )  # fmt: skip
