"""The sentences of `sentences.toml`: what a report says besides the diagnoses, in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALES = ("en", "zh")


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8"))


def sentence(name: str, **blanks: str | int | Mapping[str, str]) -> dict[str, str]:
    """The sentence `name` with its blanks filled; a blank may itself be in two languages. KeyError if unknown."""
    return {locale: _fill(_catalogue()[name][locale], locale, blanks) for locale in LOCALES}


def _fill(template: str, locale: str, blanks: Mapping[str, str | int | Mapping[str, str]]) -> str:
    for blank, value in blanks.items():
        text = value[locale] if isinstance(value, Mapping) else str(value)
        template = template.replace("{" + blank + "}", text)
    return template
