"""Settings of the engine, read once from the environment. `docs/settings.md` lists every one."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError

RUNGS = ("auto", "A", "B", "C")
LOCALES = ("en", "zh")


class SettingsError(GraderError):
    """A setting has a value that can't be used."""


@dataclass(frozen=True)
class Settings:
    """What an operator may choose.

    exercises: the folders searched for packs, first match wins.
    isolation: the rung of the isolation ladder to use; "auto" takes the strongest this machine offers.
    slots: how many children the sandbox runs at once.
    nice: how far gradings yield to other programs, from 0 (not at all) to 19.
    """

    exercises: tuple[Path, ...]
    isolation: str = "auto"
    slots: int = 4
    nice: int = 0


def installed_exercises() -> tuple[Path, ...]:
    """The folders of the packs that came with this installation: the checkout's, then the wheel's."""
    checkout = Path(__file__).resolve().parent.parent / "exercises"
    shipped = Path(sys.prefix) / "share" / "autodiff-grader" / "exercises"
    return tuple(folder for folder in (checkout, shipped) if folder.is_dir())


def read_settings() -> Settings:
    """Settings from GRADER_EXERCISES (folders, separated as in PATH), _ISOLATION, _SLOTS and _NICE."""
    folders = tuple(Path(entry) for entry in os.environ.get("GRADER_EXERCISES", "").split(os.pathsep) if entry)
    isolation = os.environ.get("GRADER_ISOLATION", "auto")
    if isolation not in RUNGS:
        raise SettingsError(f"GRADER_ISOLATION is {isolation!r}; it must be one of {', '.join(RUNGS)}.")
    return Settings(
        exercises=folders + installed_exercises(),
        isolation=isolation,
        slots=_whole("GRADER_SLOTS", 4, 1, 64),
        nice=_whole("GRADER_NICE", 0, 0, 19),
    )


def _whole(name: str, default: int, least: int, most: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit() or not least <= int(value) <= most:
        raise SettingsError(f"{name} is {value!r}; it must be a whole number from {least} to {most}.")
    return int(value)
