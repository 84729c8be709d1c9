"""Examines a service, point by point: PASS, CAUTION or FAIL, with the reason and the repair. Changes nothing."""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import redis
from sqlalchemy.exc import SQLAlchemyError

from grader.doctor import CAUTION, FAIL, PASS, Finding, Text
from submissions.db import Database
from submissions.migrations import schema
from submissions.settings import ServiceSettings
from submissions.store import queue
from submissions.supervisor import parts
from submissions.supervisor.preflight import MIB, ROOM_NEEDED
from submissions.supervisor.sockets import grader_health
from submissions.supervisor.tables import database_obstacle
from submissions.texts import LOCALES, text

BROKER_SECONDS, HEALTH_SECONDS = 2.0, 10.0
CLOCK_SECONDS = 2.0
LITTLE_ROOM = 10 * ROOM_NEEDED
PRIVATE = ("secret.key", "demo-logins.json", "service.db")


def examine(settings: ServiceSettings) -> Iterator[Finding]:
    """Every finding, in the order a person would repair them."""
    yield _room(settings.data)
    yield _private(settings.data)
    db = Database(settings.database_url)
    database = _database(db)
    yield database
    if database.level == PASS:
        yield _clock(db)
        yield _waiting(db)
    yield _broker(settings)
    yield _grader(settings)
    for part, ready in parts.signs_of_life(settings).items():
        yield _part(part, ready)
    db.dispose()


def say(key: str, **blanks: object) -> Text:
    """An entry of the catalogue in both languages."""
    return {locale: text(key, locale, **blanks) for locale in LOCALES}


def _room(folder: Path) -> Finding:
    name, free = say("doctor.disk"), shutil.disk_usage(folder).free
    reason = say("doctor.disk_free", free=free // MIB, folder=folder)
    if free >= LITTLE_ROOM:
        return Finding(PASS, name, reason)
    return Finding(FAIL if free < ROOM_NEEDED else CAUTION, name, reason, say("doctor.disk_repair"))


def _private(folder: Path) -> Finding:
    """The data folder and what is secret in it belong to one user alone."""
    name = say("doctor.private")
    for path in (folder, *(folder / name for name in PRIVATE)):
        if path.exists() and _open_to_others(path, folder):
            mode = f"{stat.S_IMODE(path.stat().st_mode):o}"
            reason = say("doctor.private_open", path=path, mode=mode)
            return Finding(FAIL, name, reason, say("doctor.private_repair", path=path))
    return Finding(PASS, name, say("doctor.private_ok", folder=folder))


def _open_to_others(path: Path, folder: Path) -> bool:
    others = stat.S_IMODE(path.stat().st_mode) & 0o077
    # The database is out of reach in a folder that only its owner can enter; a secret is not excused by that.
    guarded = path.name == "service.db" and not stat.S_IMODE(folder.stat().st_mode) & 0o077
    return bool(others) and not guarded


def _database(db: Database) -> Finding:
    name, url = say("doctor.database"), db.url.render_as_string(hide_password=True)
    try:
        found = schema.present(db)
    except SQLAlchemyError as error:
        obstacle = database_obstacle(db, error)
        return Finding(FAIL, name, say(obstacle.key, **obstacle.blanks), say("doctor.database_repair"))
    if found != schema.latest():
        reason = say("doctor.database_behind", found=found or "-", known=schema.latest())
        return Finding(FAIL, name, reason, say("doctor.database_behind_repair"))
    return Finding(PASS, name, say("doctor.database_ok", url=url, version=found))


def _clock(db: Database) -> Finding:
    """Leases go by the database's clock, cookies and due dates by this machine's: they should agree."""
    name = say("doctor.clock")
    with db.read() as session:
        apart = abs(db.now(session) - time.time())
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    if apart > CLOCK_SECONDS:
        return Finding(CAUTION, name, say("doctor.clock_apart", seconds=round(apart)), say("doctor.clock_repair"))
    return Finding(PASS, name, say("doctor.clock_ok", now=now))


def _waiting(db: Database) -> Finding:
    return Finding(PASS, say("doctor.queue"), say("doctor.queue_length", count=queue.waiting(db)))


def _broker(settings: ServiceSettings) -> Finding:
    name = say("doctor.broker")
    client = redis.Redis.from_url(
        settings.broker_url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
    )
    try:
        client.ping()
        kept = dict(client.config_get("appendonly")).get("appendonly")
    except redis.ResponseError:
        kept = None  # a server that is somebody else's may not tell its configuration
    except (redis.RedisError, OSError) as error:
        return Finding(FAIL, name, say("doctor.broker_silent", reason=error), say("doctor.start_repair"))
    finally:
        client.close()
    if kept in ("no", b"no"):
        return Finding(CAUTION, name, say("doctor.broker_forgetful"), say("doctor.broker_forgetful_repair"))
    return Finding(PASS, name, say("doctor.broker_ok"))


def _grader(settings: ServiceSettings) -> Finding:
    name = say("doctor.grader")
    health = grader_health(settings.grading_socket, HEALTH_SECONDS)
    if health is None:
        reason = say("doctor.grader_silent", path=settings.grading_socket)
        return Finding(FAIL, name, reason, say("doctor.start_repair"))
    return Finding(PASS, name, say("doctor.grader_ok", rung=health.get("rung", "?")))


def _part(name: str, ready: Callable[[], bool]) -> Finding:
    if ready():
        return Finding(PASS, say(TITLES[name]), say("doctor.part_answers"))
    return Finding(FAIL, say(TITLES[name]), say("doctor.part_silent"), say("doctor.start_repair"))


TITLES = {"worker": "supervisor.title_worker", "web": "supervisor.title_web"}
