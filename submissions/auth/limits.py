"""How often something may be tried, counted at the broker, or in this process while the broker doesn't answer.

Behind one address there may be a whole campus, so what one address may do is generous and what one account may do is
not. A sign-in that succeeds, and a form that is accepted, don't count against the limit of mistakes.
"""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_limiter import Limiter

from submissions.auth.sessions import address
from submissions.settings import ServiceSettings
from submissions.store.accounts import folded

SOCKET_SECONDS = 1.0


def by_address() -> str:
    """One counter for each address."""
    return f"address:{address()}"


def by_user() -> str:
    """One counter for each signed-in person; for others by address."""
    return f"user:{g.user.id}" if g.user is not None else by_address()


def by_login() -> str:
    """One counter for each account that somebody tries to sign in to, from wherever."""
    return f"login:{folded(request.form.get('login', ''))[:64]}"


def by_login_and_address() -> str:
    """As `by_login`, from one address: a stranger's attempts elsewhere don't lock the owner out at once."""
    return f"{by_login()} {by_address()}"


def mistake(response: Response) -> bool:
    """Whether a form was answered with anything but "done": every view redirects when it is."""
    return response.status_code != 303


limiter = Limiter(key_func=by_user)

GUESSES = limiter.shared_limit("10 per 5 minutes", "guesses", key_func=by_login_and_address, deduct_when=mistake)
GUESSES_ANYWHERE = limiter.shared_limit("60 per hour", "guesses-anywhere", key_func=by_login, deduct_when=mistake)
GUESSES_HERE = limiter.shared_limit("120 per 10 minutes", "guesses-here", key_func=by_address, deduct_when=mistake)
CODES = limiter.shared_limit("60 per 10 minutes", "codes", key_func=by_address, deduct_when=mistake)
MY_CODES = limiter.shared_limit("10 per 10 minutes", "my-codes", key_func=by_user, deduct_when=mistake)
SIGN_UPS = limiter.shared_limit("600 per hour", "sign-ups", key_func=by_address)
MY_ACCOUNT = limiter.shared_limit("30 per 10 minutes", "account", key_func=by_user)
MY_PASSWORD = limiter.shared_limit("8 per 10 minutes", "password", key_func=by_user, deduct_when=mistake)


def install(app: Flask, settings: ServiceSettings) -> None:
    """Count for this application. Call it after the policy's hook, so that who isn't let in isn't counted."""
    network = settings.limiter_url.startswith(("redis", "unix"))
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.limiter_url,
        RATELIMIT_STORAGE_OPTIONS=(
            {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": SOCKET_SECONDS} if network else {}
        ),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_HEADERS_ENABLED=True,
        RATELIMIT_KEY_PREFIX="limit",
    )
    limiter.init_app(app)
