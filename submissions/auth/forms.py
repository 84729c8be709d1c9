"""What people type into the forms of accounts, looked at before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from submissions.auth.passwords import weakness
from submissions.store.accounts import NAME_CHARACTERS, folded, is_login
from submissions.texts import one_line

EMAIL_CHARACTERS = 254
MOST_CHARACTERS = 1000


@dataclass(frozen=True)
class SignUpForm:
    """The form of a new account. errors: by field, the key of the sentence."""

    login: str
    name: str
    email: str
    password: str
    code: str
    invitation: str
    errors: Mapping[str, str] = field(default_factory=dict)


def read_sign_up(values: Mapping[str, str]) -> SignUpForm:
    """The form as sent, with what is wrong with it."""
    login, name = folded(values.get("login", "")), typed_line(values, "name")
    email, password = typed_line(values, "email"), values.get("password", "")
    errors = {
        "login": None if is_login(login) else "auth.login_form",
        "name": name_fault(name),
        "email": email_fault(email),
        "password": password_fault(password, login),
    }
    return SignUpForm(
        login[:200], name[:200], email[:300], password, values.get("code", "")[:64], values.get("invitation", "")[:100],
        {name: fault for name, fault in errors.items() if fault},
    )  # fmt: skip


def typed_line(values: Mapping[str, str], name: str) -> str:
    """A field of one line, without what can't be seen. Of a text as large as a request only the beginning is read."""
    return one_line(values.get(name, "")[:MOST_CHARACTERS])


def name_fault(name: str) -> str | None:
    """Why a name isn't taken."""
    return None if 1 <= len(name) <= NAME_CHARACTERS else "auth.name_form"


def email_fault(email: str) -> str | None:
    """Why an address isn't taken; an empty one is. Nothing is sent to it, so its form is all that counts."""
    user, _, host = email.rpartition("@")
    plain = user and host and " " not in email and len(email) <= EMAIL_CHARACTERS
    return None if not email or plain else "auth.email_form"


def password_fault(password: str, login: str) -> str | None:
    """Why a password isn't taken."""
    weak = weakness(password, login)
    return f"auth.{weak}" if weak else None


def local_target(target: str | None) -> str | None:
    """`target` if it is a path on this very site and nothing that a browser could read as another host."""
    if not target or not target.startswith("/") or target.startswith("//") or len(target) > 500:
        return None
    strange = any(character == "\\" or ord(character) <= 32 or ord(character) == 127 for character in target)
    return None if strange else target
