"""What the service says: every sentence in English and Chinese, in submissions/texts/<area>.toml.

A key is "area.name"; `[area.name]` holds `en` and `zh`, with blanks {like_this}. Nothing is glued from parts.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALES = ("en", "zh")
# As `lang` attributes and Babel name them.
LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}
# Zero-width joiners are spelling in some scripts; the other format characters turn or hide text.
_JOINERS = "\u200c\u200d"
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by its key."""
    # The folder beside this module has its name, and a module wins over a folder without __init__.py.
    entries: dict[str, Mapping[str, str]] = {}
    for path in sorted(Path(__file__).with_suffix("").glob("*.toml")):
        for area, sentences in tomllib.loads(path.read_text(encoding="utf-8")).items():
            entries |= {f"{area}.{name}": sentence for name, sentence in sentences.items()}
    return entries


def text(key: str, locale: str, **blanks: object) -> str:
    """The sentence `key` in `locale` with its blanks filled. An unknown key is a KeyError. Not escaped."""
    sentence = catalogue()[key][locale if locale in LOCALES else LOCALES[0]]
    return sentence.format_map(blanks) if blanks else sentence


def area(name: str, locale: str) -> dict[str, str]:
    """Every sentence of an area, by its key without the area."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): entry[locale] for key, entry in catalogue().items() if key.startswith(prefix)}


def visible(words: str) -> str:
    """`words` on one line, with everything that would steer a terminal or turn the line around written out."""
    return "".join(character if _is_visible(character) else f"\\u{ord(character):04x}" for character in words)


def one_line(words: str) -> str:
    """What a person typed as a name: canonical form, single blanks, no characters that can't be seen."""
    kept = (character if _is_visible(character) else " " for character in unicodedata.normalize("NFC", words))
    return " ".join("".join(kept).split())


def _is_visible(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _UNSEEN
