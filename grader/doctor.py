"""Examines whether this machine can grade safely: every point PASS, CAUTION or FAIL, with the reason and the repair.

Nothing is changed, and what can be tried is tried rather than guessed: the last point starts the grader itself.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from grader.errors import GraderError
from grader.packs import load_pack
from grader.settings import Settings, SettingsError, read_settings

PASS, CAUTION, FAIL = "PASS", "CAUTION", "FAIL"

TEMPORARY_MB = 200
MIB = 1024 * 1024

Text = Mapping[str, str]
NO_TEXT: Text = {"en": "", "zh": ""}


@dataclass(frozen=True)
class Finding:
    """One point of the examination. `repair` says what to do unless the level is PASS."""

    level: str
    name: Text
    reason: Text
    repair: Text = field(default_factory=lambda: NO_TEXT)


class Startable(Protocol):
    """An engine that can be tried."""

    def start(self) -> None:
        """Make it ready, or raise SandboxError."""

    def stop(self) -> None:
        """End whatever it started."""


def examine(make_grader: Callable[[Settings], Startable]) -> Iterator[Finding]:
    """Every finding, in the order a person would repair them."""
    yield system()
    if sys.platform != "linux":
        return
    try:
        settings = read_settings()
    except SettingsError as error:
        yield Finding(FAIL, say("name-settings"), say("reason", text=str(error)), say("settings-repair"))
        return
    yield from sandbox(settings)
    yield temporary_files()
    yield from packs(settings)
    yield trial_start(make_grader, settings)


def system() -> Finding:
    """Kernel, processor and Python."""
    if sys.platform != "linux":
        return Finding(FAIL, say("name-system"), say("not-linux", system=platform.system()), say("not-linux-repair"))
    facts = {
        "kernel": platform.release(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "processors": str(len(os.sched_getaffinity(0))),
    }
    return Finding(PASS, say("name-system"), say("system", **facts))


def packs(settings: Settings) -> Iterator[Finding]:
    """One finding for the packs that are in order, one for each that is not."""
    folders = [entry.parent for folder in settings.exercises for entry in sorted(folder.glob("*/pack.toml"))]
    sound, seen = [], set()
    for folder in folders:
        if folder.name in seen:  # The first folder of the list wins, here as when grading.
            continue
        seen.add(folder.name)
        try:
            pack = load_pack(folder)
        except GraderError as error:
            name = say("name-pack", id=folder.name)
            yield Finding(CAUTION, name, say("reason", text=str(error)), say("pack-repair"))
        else:
            sound.append(f"{pack.id} {pack.version}")
    if sound:
        yield Finding(PASS, say("name-packs"), say("packs", known=", ".join(sound)))
    else:
        yield Finding(FAIL, say("name-packs"), say("packs-none"), say("packs-none-repair"))


def temporary_files() -> Finding:
    """Can temporary files be written, and is there room?"""
    name = say("name-temporary")
    try:
        with tempfile.NamedTemporaryFile(prefix="grader-doctor-") as file:
            file.write(b"x")
            file.flush()
            folder = str(Path(file.name).parent)
            free = shutil.disk_usage(folder).free // MIB
    except OSError as error:
        return Finding(FAIL, name, say("temporary-unwritable", text=str(error)), say("temporary-unwritable-repair"))
    if free < TEMPORARY_MB:
        reason = say("temporary-little", folder=folder, free=str(free))
        return Finding(CAUTION, name, reason, say("temporary-little-repair"))
    return Finding(PASS, name, say("temporary", folder=folder, free=str(free)))


def sandbox(settings: Settings) -> Iterator[Finding]:
    """What the sandbox finds out about its own layers, torch and memory."""
    from grader.sandbox.probes import all_probes

    for probe in all_probes(settings.slots):
        yield Finding(probe.level, probe.title, probe.reason, probe.repair or NO_TEXT)


def trial_start(make_grader: Callable[[Settings], Startable], settings: Settings) -> Finding:
    """Start the grader and stop it again."""
    name = say("name-start")
    began = time.monotonic()
    try:
        grader = make_grader(settings)
        try:
            grader.start()
            seconds = f"{time.monotonic() - began:.1f}"
            rung = str(getattr(getattr(grader, "sandbox", None), "rung", "?"))
        finally:
            grader.stop()
    except GraderError as error:
        return Finding(FAIL, name, say("reason", text=str(error)), say("start-repair"))
    return Finding(PASS, name, say("start", seconds=seconds, rung=rung))


def say(key: str, **blanks: str) -> Text:
    """An entry of doctor.toml with its blanks filled, in both languages."""
    return {locale: template.format_map(blanks) for locale, template in _catalogue()[key].items()}


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("doctor.toml").read_text(encoding="utf-8"))
