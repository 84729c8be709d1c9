"""Settings of the service, read once from the environment. `docs/settings.md` lists every one.

Two profiles. `embedded`: one machine, everything in one data folder, secrets made at the first start. `production`:
every address and secret comes from the operator, and a missing one is an error instead of a default.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError

PROFILES = ("embedded", "production")
SECRET_BYTES = 32
SOCKET_PATH_BYTES = 107
LONGEST_SOCKET_NAME = len("valkey.sock")


class ServiceSettingsError(GraderError):
    """A setting of the service is missing or has a value that can't be used; the message says what to do."""


@dataclass(frozen=True)
class ServiceSettings:
    """What an operator may choose.

    data: the folder of the embedded default: database, broker, sockets, logs, secret.
    database_url: SQLAlchemy's form. broker_url: redis-py's (redis://, rediss:// or unix://).
    grading_socket: the unix socket at which `grader serve` listens.
    embedded_broker_url: where the embedded broker listens; the same as broker_url unless the operator has his own.
    slots: how many gradings run at once; per_user: how many of those may be one student's.
    lease_seconds: after so long without a sign of life from its worker, a grading is given to another.
    https: cookies are only sent over TLS.
    trusted_proxies: how many reverse proxies stand in front (their X-Forwarded headers are believed).
    hosts: the names under which browsers know the service; a request for another is refused.
    """

    profile: str
    data: Path
    database_url: str
    broker_url: str
    secret_key: str
    grading_socket: Path
    slots: int = 2
    https: bool = False
    trusted_proxies: int = 0
    host: str = "127.0.0.1"
    port: int = 8000
    embedded_broker_url: str = ""
    hosts: tuple[str, ...] = ()
    per_user: int = 1
    lease_seconds: int = 30

    @property
    def embedded(self) -> bool:
        """Whether this process's own supervisor runs database, broker and grader."""
        return self.profile == "embedded"

    @property
    def celery_url(self) -> str:
        """The broker as kombu names it."""
        return self.broker_url.replace("unix://", "redis+socket://", 1)

    @property
    def limiter_url(self) -> str:
        """The broker as the rate limiter names it."""
        return self.broker_url.replace("unix://", "redis+unix://", 1)


def read_service_settings(environment: Mapping[str, str] | None = None) -> ServiceSettings:
    """Settings from SUBMISSIONS_*; a value may also stand in a file named by the same variable with _FILE.

    Raises ServiceSettingsError. Makes the data folder and the secret key where the profile is "embedded".
    """
    reader = _Reader(os.environ if environment is None else environment)
    profile = reader.get("SUBMISSIONS_PROFILE", "embedded")
    if profile not in PROFILES:
        raise ServiceSettingsError(f"SUBMISSIONS_PROFILE is {profile!r}; it must be one of {', '.join(PROFILES)}.")
    data = Path(reader.get("SUBMISSIONS_DATA", "var/service")).resolve()
    embedded = profile == "embedded"
    sockets, own_broker = data, ""
    if embedded:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        sockets = _socket_folder(data)
        own_broker = f"unix://{sockets / 'valkey.sock'}"
    return ServiceSettings(
        profile=profile,
        data=data,
        database_url=reader.get("SUBMISSIONS_DATABASE_URL", f"sqlite:///{data / 'service.db'}" if embedded else None),
        broker_url=reader.get("SUBMISSIONS_BROKER_URL", own_broker or None),
        secret_key=_secret_key(reader, data if embedded else None),
        grading_socket=Path(
            reader.get("SUBMISSIONS_GRADING_SOCKET", str(sockets / "grader.sock") if embedded else None)
        ),
        slots=reader.whole("SUBMISSIONS_SLOTS", 2, 1, 64),
        per_user=reader.whole("SUBMISSIONS_PER_USER", 1, 1, 64),
        lease_seconds=reader.whole("SUBMISSIONS_LEASE_SECONDS", 30, 2, 600),
        https=reader.get("SUBMISSIONS_HTTPS", "0" if embedded else "1") == "1",
        trusted_proxies=reader.whole("SUBMISSIONS_TRUSTED_PROXIES", 0, 0, 5),
        host=reader.get("SUBMISSIONS_HOST", "127.0.0.1"),
        port=reader.whole("SUBMISSIONS_PORT", 8000, 1, 65535),
        embedded_broker_url=own_broker,
        hosts=tuple(reader.get("SUBMISSIONS_HOSTS", "" if embedded else None).replace(",", " ").split()),
    )


@dataclass(frozen=True)
class _Reader:
    environment: Mapping[str, str]

    def get(self, name: str, default: str | None) -> str:
        """The value of `name`, or the content of the file that `name`_FILE names. Raises when there is neither."""
        value = self.environment.get(name, "")
        file = self.environment.get(f"{name}_FILE", "")
        if file and not value:
            try:
                value = Path(file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ServiceSettingsError(f"{name}_FILE: {file} can't be read: {error.strerror}.") from error
        if value:
            return value
        if default is None:
            raise ServiceSettingsError(f"{name} (or {name}_FILE) must be set in production; there is no default.")
        return default

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.get(name, str(default))
        if not value.isdigit() or not least <= int(value) <= most:
            raise ServiceSettingsError(f"{name} is {value!r}; it must be a whole number from {least} to {most}.")
        return int(value)


def _secret_key(reader: _Reader, data: Path | None) -> str:
    """The operator's key, or in the embedded profile one that is made once and kept where only its owner reads."""
    given = reader.get("SUBMISSIONS_SECRET_KEY", "" if data is not None else None)
    if given:
        if len(given) < SECRET_BYTES:
            raise ServiceSettingsError(f"SUBMISSIONS_SECRET_KEY must have at least {SECRET_BYTES} characters.")
        return given
    assert data is not None
    path, draft = data / "secret.key", data / f"secret.{os.getpid()}"
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))
        with contextlib.suppress(FileExistsError):  # another process was quicker; its key counts
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _socket_folder(data: Path) -> Path:
    """`data`, or where its path is too long for a socket, a short private folder that belongs to it alone.

    Always the same one for the same `data`, so that every command finds the sockets of the others.
    """
    if len(os.fsencode(data)) + 1 + LONGEST_SOCKET_NAME <= SOCKET_PATH_BYTES:
        return data
    token = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"submissions-{os.getuid()}-{token}"
    folder.mkdir(exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ServiceSettingsError(f"{folder} is not a folder of this user alone; remove it or choose a shorter path.")
    return folder
