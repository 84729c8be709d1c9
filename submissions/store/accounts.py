"""People: their accounts, and how they come into courses. Every change writes its audit entry in the same transaction.

Sign-in sessions are in `login_sessions`, keys for programs in `api_tokens`. Nobody becomes an admin here but by
`create_user(is_admin=True)`, which no page calls.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.courses import Course
from submissions.models.people import Enrolment, Invitation, User
from submissions.store.records import audit
from submissions.store.refused import Refused

ROLES = ("student", "assistant", "instructor")
LOGIN_CHARACTERS, NAME_CHARACTERS = 64, 100
TOKEN_BYTES = 32
INVITATION_DAYS = 14


@dataclass(frozen=True)
class NewUser:
    """What makes an account. `login` in the form of `folded`; `password_hash` by `submissions.auth.passwords`."""

    login: str
    name: str
    password_hash: str | None
    email: str = ""
    locale: str = ""
    theme: str = ""
    is_admin: bool = False


def folded(login: str) -> str:
    """A login as it is stored, so that case and width make no difference."""
    short = login[: 4 * LOGIN_CHARACTERS].replace("\0", "")
    return unicodedata.normalize("NFKC", short).strip().casefold()


def is_login(login: str) -> bool:
    """Whether a folded login is one: 2 to 64 letters and digits of any script and . _ - + @."""
    kinds = (unicodedata.category(character)[0] in "LN" or character in "._-+@" for character in login)
    return 2 <= len(login) <= LOGIN_CHARACTERS and all(kinds) and login[0] not in "._-+@"


def secret_hash(token: str) -> str:
    """What is stored of a token that is long and random, and so needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_secret() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


# ---------------------------------------------------------------------------------------------- accounts


def create_user(db: Database, new: NewUser, actor_id: int | None = None, address: str = "") -> User:
    """Store a new account without a course. Raises Refused("login_taken")."""
    with db.write() as session:
        return _add_user(session, new, actor_id, address)


def sign_up(db: Database, new: NewUser, address: str, *, code: str = "", invitation: str = "") -> tuple[User, Course]:
    """A new account together with its first course, by that course's code or by an invitation.

    Raises Refused: login_taken, unknown_code or used_invitation; then neither exists.
    """
    with db.write() as session:
        # First the course: whoever may not come in doesn't learn which logins there are.
        if invitation and _usable(session, invitation) is None:
            raise Refused("used_invitation")
        if not invitation:
            _course_of(session, code)
        user = _add_user(session, new, None, address)
        if invitation:
            return user, _accept(session, user, invitation, address)
        return user, _join(session, user, code, address)


def user_by_login(db: Database, login: str) -> User | None:
    """The account with this login, however it is typed."""
    with db.read() as session:
        return session.scalar(select(User).where(User.login == folded(login)))


def change_account(db: Database, user_id: int, address: str = "", **changes: str) -> User:
    """Change name, email, locale or theme; the last two are nobody's business but the person's and leave no trace."""
    with db.write() as session:
        user = session.get_one(User, user_id)
        before = {name: getattr(user, name) for name, value in changes.items() if getattr(user, name) != value}
        if not changes.keys() <= {"name", "email", "locale", "theme"}:
            raise ValueError(f"These can't be changed: {sorted(changes)}.")
        for name in before:
            setattr(user, name, changes[name])
        told = {name: value for name, value in before.items() if name in ("name", "email")}
        if told:
            after = {name: changes[name] for name in told}
            audit(session, user_id, "account.change", f"user:{user_id}", before=told, after=after, address=address)
    return user


def set_active(db: Database, user_id: int, *, active: bool, actor_id: int | None) -> None:
    """Close or open an account again. A closed one can't sign in, and its sessions end at once."""
    with db.write() as session:
        user = session.get_one(User, user_id)
        if user.is_active != active:
            user.is_active = active
            audit(session, actor_id, "account.open" if active else "account.close", f"user:{user_id}")


def _add_user(session: Session, new: NewUser, actor_id: int | None, address: str) -> User:
    login = folded(new.login)
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise Refused("login_taken", login=login)
    facts = {name: getattr(new, name) for name in ("name", "password_hash", "email", "locale", "theme", "is_admin")}
    user = User(login=login, is_active=True, **facts)
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:  # another request took it between the question and now
        raise Refused("login_taken", login=login) from error
    after = {"login": login, "is_admin": new.is_admin}
    audit(session, actor_id or user.id, "account.create", f"user:{user.id}", after=after, address=address)
    return user


# --------------------------------------------------------------------------------------------- enrolment


def enrol(db: Database, course_id: int, user_id: int, role: str, actor_id: int | None = None) -> Enrolment:
    """Give a person a role in a course, also instead of the one there was."""
    with db.write() as session:
        return _enrol(session, course_id, user_id, role, actor_id or user_id, "")


def leave(db: Database, course_id: int, user_id: int, actor_id: int | None) -> None:
    """End a person's part in a course; the work stays. No error where there is none."""
    with db.write() as session:
        found = session.get(Enrolment, (user_id, course_id))
        if found is not None and found.removed_at is None:
            found.removed_at = utc_now()
            audit(
                session, actor_id, "enrolment.end", f"user:{user_id}", course_id=course_id, before={"role": found.role}
            )


def enrolments(db: Database, user_id: int) -> list[tuple[Enrolment, Course]]:
    """The courses a person is in, the newest first; archived ones last."""
    query = (
        select(Enrolment, Course)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.user_id == user_id, Enrolment.removed_at.is_(None))
        .order_by(Course.archived_at.is_not(None), Course.id.desc())
    )
    with db.read() as session:
        return [(enrolment, course) for enrolment, course in session.execute(query)]


def join(db: Database, user_id: int, code: str, address: str = "") -> Course:
    """Make a person a student of the course with this code. Raises Refused("unknown_code")."""
    with db.write() as session:
        return _join(session, session.get_one(User, user_id), code, address)


def _course_of(session: Session, code: str) -> Course:
    wanted = "".join(code.replace("\0", "").split()).upper()
    course = session.scalar(select(Course).where(func.upper(Course.code) == wanted, Course.archived_at.is_(None)))
    if not wanted or course is None:
        raise Refused("unknown_code")
    return course


def _join(session: Session, user: User, code: str, address: str) -> Course:
    course = _course_of(session, code)
    _enrol(session, course.id, user.id, "student", user.id, address, keep=True)
    return course


def _enrol(
    session: Session, course_id: int, user_id: int, role: str, actor_id: int, address: str, *, keep: bool = False
) -> Enrolment:
    """`keep`: whoever already has at least this role keeps his."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is no role in a course.")
    session.get_one(User, user_id, with_for_update=True)  # one enrolment of a person at a time
    found = session.get(Enrolment, (user_id, course_id))
    before = found.role if found is not None and found.removed_at is None else None
    if found is None:
        found = Enrolment(user_id=user_id, course_id=course_id, role=role)
        session.add(found)
    if before == role or (keep and before is not None and ROLES.index(before) >= ROLES.index(role)):
        return found
    found.role, found.removed_at = role, None
    session.flush()
    audit(
        session,
        actor_id,
        "enrolment.set",
        f"user:{user_id}",
        course_id=course_id,
        before={"role": before} if before else None,
        after={"role": role},
        address=address,
    )
    return found


# ------------------------------------------------------------------------------------------- invitations


def invite(
    db: Database, course_id: int, role: str, actor_id: int, email: str = "", days: int = INVITATION_DAYS
) -> tuple[Invitation, str]:
    """A link that makes one person a member; the token is shown once and only its hash is kept."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is no role in a course.")
    token = new_secret()
    with db.write() as session:
        found = Invitation(
            course_id=course_id, role=role, email=email, token_hash=secret_hash(token), created_by=actor_id,
            expires_at=utc_now() + timedelta(days=days),
        )  # fmt: skip
        session.add(found)
        session.flush()
        audit(
            session, actor_id, "invitation.create", f"invitation:{found.id}", course_id=course_id, after={"role": role}
        )
    return found, token


def invitation(db: Database, token: str) -> tuple[Invitation, Course] | None:
    """The invitation of this token with its course, while it can be used."""
    with db.read() as session:
        return _usable(session, token)


def accept_invitation(db: Database, user_id: int, token: str, address: str = "") -> Course:
    """Make a person a member by an invitation. Raises Refused("used_invitation")."""
    with db.write() as session:
        return _accept(session, session.get_one(User, user_id), token, address)


def _usable(session: Session, token: str) -> tuple[Invitation, Course] | None:
    query = select(Invitation, Course).join(Course, Course.id == Invitation.course_id)
    usable = (
        Invitation.used_at.is_(None), Invitation.user_id.is_(None), Invitation.expires_at > utc_now(),
        Course.archived_at.is_(None),
    )  # fmt: skip
    found = session.execute(query.where(Invitation.token_hash == secret_hash(token), *usable)).one_or_none()
    return None if found is None else (found[0], found[1])


def _accept(session: Session, user: User, token: str, address: str) -> Course:
    found = _usable(session, token)
    if found is None:
        raise Refused("used_invitation")
    offered, course = found
    # On PostgreSQL two people may open one link at the same moment; the row is taken by one of them.
    session.refresh(offered, with_for_update=True)
    if offered.used_at is not None:
        raise Refused("used_invitation")
    offered.used_by, offered.used_at = user.id, utc_now()
    _enrol(session, course.id, user.id, offered.role, user.id, address, keep=True)
    return course
