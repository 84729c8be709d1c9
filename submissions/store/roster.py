"""Who is in a course: pages of members, their roles, and the links that let people in or give them their account.

Roles go up to instructor. Nobody changes his own, so a course never loses its last instructor. A link that sets a
password is made only for an account that is new and known to this course alone: it opens no door to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Course
from submissions.models.people import Enrolment, Invitation, User
from submissions.store.accounts import ROLES, new_secret, secret_hash
from submissions.store.gradebook import matches
from submissions.store.records import audit
from submissions.store.refused import Refused

PAGE = 50
LINK_DAYS = 30
MOST_INVITATIONS = 200


@dataclass(frozen=True)
class Member:
    """A person in a course. can_get_link: an account that nobody has taken yet, and that only this course knows."""

    id: int
    login: str
    name: str
    email: str
    role: str
    has_password: bool
    can_get_link: bool


@dataclass(frozen=True)
class MemberPage:
    """Some members of `count`."""

    members: tuple[Member, ...]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.count // PAGE))


def members(db: Database, course_id: int, text: str = "", role: str = "", page: int | None = 1) -> MemberPage:
    """Staff first, then by name. page: None for everybody."""
    rank = case({name: place for place, name in enumerate(reversed(ROLES))}, value=Enrolment.role, else_=len(ROLES))
    elsewhere = (
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.user_id == User.id, Enrolment.course_id != course_id)
        .correlate(User)
        .scalar_subquery()
    )
    query = select(User, Enrolment.role, elsewhere).join(Enrolment, Enrolment.user_id == User.id)
    query = query.where(Enrolment.course_id == course_id, Enrolment.removed_at.is_(None))
    if text:
        query = query.where(matches(text))
    if role in ROLES:
        query = query.where(Enrolment.role == role)
    with db.read() as session:
        count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        here = min(max(1, page or 1), max(1, -(-count // PAGE)))
        query = query.order_by(rank, func.lower(User.name), User.login)
        if page is not None:
            query = query.limit(PAGE).offset((here - 1) * PAGE)
        found = tuple(_member(*row) for row in session.execute(query))
    return MemberPage(found, count, here)


def _member(user: User, role: str, elsewhere: int) -> Member:
    has_password = user.password_hash is not None
    can_get_link = not has_password and not elsewhere and not user.is_admin
    return Member(user.id, user.login, user.name, user.email, role, has_password, can_get_link)


def people(db: Database, user_ids: Sequence[int]) -> dict[int, User]:
    """Some accounts by their ids."""
    with db.read() as session:
        return {user.id: user for user in session.scalars(select(User).where(User.id.in_(user_ids)))}


def role_of(db: Database, course_id: int, user_id: int) -> str | None:
    """A person's role in a course; None for whoever is not, or no longer, in it."""
    with db.read() as session:
        found = session.get(Enrolment, (user_id, course_id))
        return found.role if found is not None and found.removed_at is None else None


# --------------------------------------------------------------------------------------------------- roles


def set_role(db: Database, course_id: int, user_id: int, role: str, actor_id: int, address: str = "") -> None:
    """Give a member another role. Refused: not_a_member or yourself."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is no role in a course.")
    with db.write() as session:
        found = _membership(session, course_id, user_id, actor_id)
        if found.role != role:
            before, found.role = found.role, role
            _trace(session, "enrolment.set", found, actor_id, {"role": before}, {"role": role}, address)


def remove(db: Database, course_id: int, user_id: int, actor_id: int, address: str = "") -> None:
    """Take a member off the course; the work stays. Refused: not_a_member or yourself."""
    with db.write() as session:
        found = _membership(session, course_id, user_id, actor_id)
        found.removed_at = utc_now()
        _trace(session, "enrolment.end", found, actor_id, {"role": found.role}, None, address)


def _membership(session: Session, course_id: int, user_id: int, actor_id: int) -> Enrolment:
    found = session.get(Enrolment, (user_id, course_id), with_for_update=True)
    if found is None or found.removed_at is not None:
        raise Refused("not_a_member")
    if user_id == actor_id:
        raise Refused("yourself")
    return found


def _trace(
    session: Session, action: str, found: Enrolment, actor_id: int, before: dict[str, str] | None,
    after: dict[str, str] | None, address: str,
) -> None:  # fmt: skip
    subject = f"user:{found.user_id}"
    audit(
        session, actor_id, action, subject, course_id=found.course_id, before=before, after=after, address=address
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------- links


def open_invitations(db: Database, course_id: int) -> list[Invitation]:
    """The links to this course that anybody can still use, the latest first; those for one account aside."""
    query = select(Invitation).where(
        Invitation.course_id == course_id, Invitation.user_id.is_(None), Invitation.used_at.is_(None),
        Invitation.expires_at > utc_now(),
    )  # fmt: skip
    with db.read() as session:
        return list(session.scalars(query.order_by(Invitation.id.desc()).limit(MOST_INVITATIONS)))


def withdraw_invitation(db: Database, course_id: int, invitation_id: int, actor_id: int) -> None:
    """End a link of this course; no error where there is none."""
    with db.write() as session:
        found = session.get(Invitation, invitation_id, with_for_update=True)
        if found is None or found.course_id != course_id or found.used_at is not None:
            return
        found.expires_at = utc_now()
        audit(session, actor_id, "invitation.withdraw", f"invitation:{found.id}", course_id=course_id)


def add_account_link(session: Session, course_id: int, user: User, role: str, actor_id: int) -> str:
    """The token of a link that sets this account's password, as part of the caller's transaction."""
    token = new_secret()
    session.add(
        Invitation(
            course_id=course_id, role=role, email=user.email, user_id=user.id, token_hash=secret_hash(token),
            created_by=actor_id, expires_at=utc_now() + timedelta(days=LINK_DAYS),
        )
    )  # fmt: skip
    return token


def new_account_link(db: Database, course_id: int, user_id: int, actor_id: int) -> tuple[User, str]:
    """Another link for an account that nobody has taken yet; the earlier ones end. Refused("no_link")."""
    with db.write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        enrolments = list(session.scalars(select(Enrolment).where(Enrolment.user_id == user_id)))
        is_ours = [row.course_id for row in enrolments if row.removed_at is None] == [course_id]
        if user.password_hash is not None or user.is_admin or not is_ours or len(enrolments) != 1:
            raise Refused("no_link")
        for earlier in session.scalars(
            select(Invitation).where(Invitation.user_id == user_id, Invitation.used_at.is_(None))
        ):
            earlier.expires_at = utc_now()
        token = add_account_link(session, course_id, user, enrolments[0].role, actor_id)
        audit(session, actor_id, "account.link", f"user:{user_id}", course_id=course_id)
    return user, token


def account_of_link(db: Database, token: str) -> tuple[User, Course] | None:
    """Whose password this link sets, while it can."""
    with db.read() as session:
        found = _usable(session, token)
        return None if found is None else (found[1], found[2])


def take_account(db: Database, token: str, password_hash: str, address: str = "") -> tuple[User, Course]:
    """Set the password of the link's account, once. Raises Refused("used_invitation")."""
    with db.write() as session:
        found = _usable(session, token)
        if found is None:
            raise Refused("used_invitation")
        link, user, course = found
        session.refresh(user, with_for_update=True)
        if user.password_hash is not None:
            raise Refused("used_invitation")
        user.password_hash = password_hash
        link.used_by, link.used_at = user.id, utc_now()
        audit(session, user.id, "account.take", f"user:{user.id}", course_id=course.id, address=address)
    return user, course


def _usable(session: Session, token: str) -> tuple[Invitation, User, Course] | None:
    query = (
        select(Invitation, User, Course)
        .join(User, User.id == Invitation.user_id)
        .join(Course, Course.id == Invitation.course_id)
        .where(
            Invitation.token_hash == secret_hash(token), Invitation.used_at.is_(None),
            Invitation.expires_at > utc_now(), User.is_active, User.password_hash.is_(None),
        )
    )  # fmt: skip
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1], found[2])
