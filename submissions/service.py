"""What every part of the service works with: one object, made once in a process and handed on.

`make_service` wires it from the settings; a Flask application keeps it under `EXTENSION`, and `current_service()` gives
it inside a request.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from grader.errors import PackError
from grader.packs import Pack, find_pack, pack_ids
from grader.settings import read_settings
from submissions.db import Database
from submissions.live import Live
from submissions.settings import ServiceSettings

EXTENSION = "submissions"
COURSE_FILE = "course.toml"

Text = Mapping[str, str]
# Name, modification time and size of every file that decides what a pack is.
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Track:
    """Exercises that belong together, in the order of teaching; one file may answer all of them."""

    id: str
    title: Text
    packs: tuple[str, ...]


@dataclass(frozen=True)
class CourseOutline:
    """What `exercises/course.toml` says about the packs."""

    tracks: tuple[Track, ...] = ()

    def track(self, track_id: str) -> Track | None:
        """The track of this id."""
        return next((track for track in self.tracks if track.id == track_id), None)


class Packs:
    """The packs in some folders, each read again once one of its files has changed. Thread-safe."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Stamp, Pack]] = {}

    def get(self, pack_id: str) -> Pack:
        """The pack of this id. Raises PackError (PackNotFound where there is none)."""
        with self._lock:
            known = self._known.get(pack_id)
        if known is not None and known[0] == _stamp(known[1].path):
            return known[1]
        if Path(pack_id).name != pack_id:
            raise PackError(f"{pack_id!r} is no id of a pack.")
        pack = find_pack(pack_id, self.folders)
        stamp = _stamp(pack.path)
        with self._lock:
            self._known[pack_id] = (stamp, pack)
        return pack

    def ids(self) -> list[str]:
        """Every id, sorted."""
        return pack_ids(self.folders)

    def course(self) -> CourseOutline:
        """The tracks of the first folder that has a course.toml; none where no folder has one. Raises PackError."""
        path = next((folder / COURSE_FILE for folder in self.folders if (folder / COURSE_FILE).is_file()), None)
        if path is None:
            return CourseOutline()
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))["tracks"]
            return CourseOutline(
                tuple(Track(entry["id"], dict(entry["title"]), tuple(entry["packs"])) for entry in entries)
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PackError(f"{COURSE_FILE} is not in order: {error!r}.") from error


@dataclass(frozen=True)
class Service:
    """The parts that a page, the door and the worker share. `ring` tells the workers that something waits."""

    settings: ServiceSettings
    db: Database
    live: Live
    packs: Packs
    ring: Callable[[], None]


def make_service(settings: ServiceSettings) -> Service:
    """A service by its settings. Opens nothing yet: the first use of each part does."""
    from submissions.jobs import ring

    return Service(
        settings=settings,
        db=Database(settings.database_url),
        live=Live(settings.broker_url),
        packs=Packs(read_settings().exercises),
        ring=partial(ring, settings),
    )


def current_service() -> Service:
    """The service of the application that answers the present request."""
    # Imported late: the worker and the reconciler make a service without the web framework.
    from flask import current_app

    return cast("Service", current_app.extensions[EXTENSION])


def _stamp(path: Path) -> Stamp:
    """Cheap to take: a few calls of stat. An edit within one tick of the clock shows by the size or not at all."""
    files = [path / "pack.toml", path / "feedback.toml", *sorted(path.glob("checks/**/*.py"))]
    states = ((file.as_posix(), file.stat()) for file in files if file.is_file())
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)
