"""What the command line says: `messages.toml` in one language, and which language that is."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

LOCALES = ("en", "zh")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every entry of messages.toml."""
    return tomllib.loads(Path(__file__).with_name("messages.toml").read_text(encoding="utf-8"))


class Texts:
    """The catalogue in one language; `texts(key, blank=...)` is a sentence. An unknown key is a KeyError."""

    def __init__(self, locale: str) -> None:
        self.locale = locale

    def __call__(self, key: str, **blanks: str | float) -> str:
        """The sentence `key` with its blanks filled."""
        return catalogue()[key][self.locale].format_map(blanks)

    def listed(self, names: Sequence[str]) -> str:
        """Names one after another, as the language separates them."""
        return ("、" if self.locale == "zh" else ", ").join(names)


def in_both(key: str, **blanks: str | float) -> dict[str, str]:
    """A sentence in every language, as a report holds it."""
    return {locale: Texts(locale)(key, **blanks) for locale in LOCALES}


def locale_of_environment(environment: Mapping[str, str] = os.environ) -> str:
    """The first of LC_ALL, LC_MESSAGES and LANG that is set decides, as for any other command."""
    chosen = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def locale_of_arguments(arguments: Sequence[str]) -> str | None:
    """The language named by --locale, read ahead of everything else so that even a usage error is in it."""
    for at, argument in enumerate(arguments):
        if argument == "--":
            return None
        name, equals, value = argument.partition("=")
        if name == "--locale":
            found = value if equals else "".join(arguments[at + 1 : at + 2])
            return found if found in LOCALES else None
    return None
