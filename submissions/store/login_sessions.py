"""Browsers that are signed in. A session ends when it is revoked, unused for IDLE, or older than LONGEST."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.people import LoginSession, User
from submissions.store.accounts import new_secret, secret_hash
from submissions.store.records import audit

IDLE, LONGEST = timedelta(days=7), timedelta(days=30)
# `seen_at` is for a person who looks at the list of sessions; a write at each request would be waste.
SEEN_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True)
class SignedIn:
    """A person with the session that proves it."""

    user: User
    session: LoginSession


def open_session(db: Database, user_id: int, address: str, agent: str, replaces: str = "") -> str:
    """Sign a browser in and give its token; the session of the token `replaces` ends."""
    token, now = new_secret(), utc_now()
    with db.write() as session:
        session.execute(delete(LoginSession).where(LoginSession.user_id == user_id, LoginSession.expires_at < now))
        if replaces:
            gone = LoginSession.token_hash == secret_hash(replaces)
            session.execute(update(LoginSession).where(gone).values(revoked_at=now))
        session.add(
            LoginSession(
                user_id=user_id,
                token_hash=secret_hash(token),
                created_at=now,
                seen_at=now,
                expires_at=now + LONGEST,
                address=address[:64],
                agent=agent[:255],
            )
        )
        audit(session, user_id, "session.open", f"user:{user_id}", address=address)
    return token


def signed_in(db: Database, token: str) -> SignedIn | None:
    """Whose session this token is, while it lasts and the account is open."""
    now = utc_now()
    alive = (
        LoginSession.revoked_at.is_(None), LoginSession.expires_at > now, LoginSession.seen_at > now - IDLE,
        User.is_active.is_(True),
    )  # fmt: skip
    query = select(User, LoginSession).join(LoginSession, LoginSession.user_id == User.id)
    with db.read() as session:
        found = session.execute(query.where(LoginSession.token_hash == secret_hash(token), *alive)).one_or_none()
    if found is None:
        return None
    user, opened = found
    if now - opened.seen_at > SEEN_AGAIN:
        with db.write() as session:
            session.execute(update(LoginSession).where(LoginSession.id == opened.id).values(seen_at=now))
    return SignedIn(user, opened)


def sessions_of(db: Database, user_id: int) -> list[LoginSession]:
    """Where a person is signed in, the latest use first."""
    now = utc_now()
    alive = (LoginSession.revoked_at.is_(None), LoginSession.expires_at > now, LoginSession.seen_at > now - IDLE)
    query = select(LoginSession).where(LoginSession.user_id == user_id, *alive).order_by(LoginSession.seen_at.desc())
    with db.read() as session:
        return list(session.scalars(query))


def revoke_session(db: Database, user_id: int, session_id: int, address: str = "") -> bool:
    """Sign one of a person's own browsers out. Whether there was such a session."""
    with db.write() as session:
        mine = (LoginSession.id == session_id, LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
        ended = session.execute(
            update(LoginSession).where(*mine).values(revoked_at=utc_now()).returning(LoginSession.id)
        )
        if ended.first() is None:
            return False
        audit(session, user_id, "session.revoke", f"session:{session_id}", address=address)
    return True


def change_password(
    db: Database, user_id: int, password_hash: str, address: str = "", keep: int | None = None,
    actor_id: int | None = None,
) -> None:  # fmt: skip
    """Store a new password and sign out every browser of the person but the session `keep`."""
    with db.write() as session:
        session.get_one(User, user_id).password_hash = password_hash
        others = (LoginSession.user_id == user_id, LoginSession.id != (keep or 0), LoginSession.revoked_at.is_(None))
        session.execute(update(LoginSession).where(*others).values(revoked_at=utc_now()))
        audit(session, actor_id or user_id, "account.password", f"user:{user_id}", address=address)


def store_stronger_hash(db: Database, user_id: int, old: str, new: str) -> None:
    """The same password under today's costs, unless it was changed meanwhile."""
    with db.write() as session:
        session.execute(update(User).where(User.id == user_id, User.password_hash == old).values(password_hash=new))
