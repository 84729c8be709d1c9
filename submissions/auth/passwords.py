"""Passwords: argon2id, a few at a time, because each costs 64 MB and a good part of a second."""

from __future__ import annotations

import os
import threading
from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 256
FEWEST_DIFFERENT = 4
# RFC 9106's second recommendation: 3 passes over 64 MB.
PASSES, KIBIBYTES, LANES = 3, 65536, 4
WAIT_SECONDS = 10.0


class TooBusyError(Exception):
    """So many people sign in at this moment that this one would wait too long."""


class Passwords:
    """A hasher. `at_once`: how many hashes are computed at the same time; further ones wait up to `wait_seconds`."""

    def __init__(
        self, passes: int = PASSES, kibibytes: int = KIBIBYTES, lanes: int = LANES,
        at_once: int | None = None, wait_seconds: float = WAIT_SECONDS,
    ) -> None:  # fmt: skip
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=kibibytes, parallelism=lanes, type=Type.ID)
        self._places = threading.BoundedSemaphore(at_once or max(1, min(4, os.cpu_count() or 1)))
        self._wait_seconds = wait_seconds

    def hash(self, password: str) -> str:
        """What is stored. Raises TooBusyError."""
        with self._place():
            return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one; with nothing stored the same work is done in vain. Raises TooBusyError."""
        with self._place():
            try:
                self._hasher.verify(stored or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other costs than today's and should be made again."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(os.urandom(16).hex())

    def _place(self) -> _Place:
        return _Place(self._places, self._wait_seconds)


class _Place:
    def __init__(self, places: threading.BoundedSemaphore, wait_seconds: float) -> None:
        self._places, self._wait_seconds = places, wait_seconds

    def __enter__(self) -> None:
        if not self._places.acquire(timeout=self._wait_seconds):
            raise TooBusyError

    def __exit__(self, *_: object) -> None:
        self._places.release()


def weakness(password: str, login: str) -> str | None:
    """Why `password` isn't taken, as the last part of a key of the catalogue, or None."""
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    if len(set(password)) < FEWEST_DIFFERENT or (login and login in password.casefold()):
        return "password_simple"
    return None
