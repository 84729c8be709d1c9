"""Keys for programs. A key is shown once, when it is made; only its hash is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select, update

from submissions.db import Database
from submissions.models.base import utc_now
from submissions.models.people import ApiToken, User
from submissions.store.accounts import new_secret, secret_hash
from submissions.store.records import audit

PREFIX = "adg_"
MOST_DAYS = 400
SEEN_AGAIN = timedelta(minutes=5)


def create_token(
    db: Database, user_id: int, name: str, scopes: Iterable[str], days: int, address: str = ""
) -> tuple[ApiToken, str]:
    """A new key and its token."""
    token, now = PREFIX + new_secret(), utc_now()
    made = ApiToken(
        user_id=user_id, name=name[:100], token_hash=secret_hash(token), scopes=" ".join(sorted(set(scopes))),
        created_at=now, expires_at=now + timedelta(days=min(days, MOST_DAYS)),
    )  # fmt: skip
    with db.write() as session:
        session.add(made)
        session.flush()
        audit(session, user_id, "token.create", f"token:{made.id}", after={"scopes": made.scopes}, address=address)
    return made, token


def token_owner(db: Database, token: str) -> tuple[User, ApiToken] | None:
    """Whose key this is, while it lasts and the account is open."""
    now = utc_now()
    alive = (ApiToken.revoked_at.is_(None), ApiToken.expires_at > now, User.is_active.is_(True))
    query = select(User, ApiToken).join(ApiToken, ApiToken.user_id == User.id)
    with db.read() as session:
        found = session.execute(query.where(ApiToken.token_hash == secret_hash(token), *alive)).one_or_none()
    if found is None:
        return None
    user, key = found
    if key.used_at is None or now - key.used_at > SEEN_AGAIN:
        with db.write() as session:
            session.execute(update(ApiToken).where(ApiToken.id == key.id).values(used_at=now))
    return user, key


def tokens_of(db: Database, user_id: int) -> list[ApiToken]:
    """A person's keys that still work, the newest first."""
    alive = (ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > utc_now())
    with db.read() as session:
        return list(session.scalars(select(ApiToken).where(*alive).order_by(ApiToken.id.desc())))


def revoke_token(db: Database, user_id: int, token_id: int, address: str = "") -> bool:
    """End one of a person's own keys. Whether there was such a key."""
    with db.write() as session:
        mine = (ApiToken.id == token_id, ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        ended = session.execute(update(ApiToken).where(*mine).values(revoked_at=utc_now()).returning(ApiToken.id))
        if ended.first() is None:
            return False
        audit(session, user_id, "token.revoke", f"token:{token_id}", address=address)
    return True
