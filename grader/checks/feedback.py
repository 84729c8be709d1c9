"""What a student reads when a check fails: a code, looked up in a catalogue of sentences in two languages.

An entry of `feedback.toml` is

    [graph-rebuilt]
    title  = { en = "...", zh = "..." }     # a headline
    text   = { en = "...", zh = "..." }     # what happened; always shown, has no blanks
    detail = { en = "...", zh = "..." }     # optional: one more sentence, shown when all its {blanks} are given
    hint   = { en = "...", zh = "..." }     # what to try

and `[advice.<name>]` holds one more `text`, said when an exception is of a kind the table of messages knows.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from grader.errors import PackError

LOCALES = ("en", "zh")
Detail = str | int | float
Texts = Mapping[str, str]

CATALOGUE = Path(__file__).with_name("feedback.toml")


@dataclass(frozen=True)
class Diagnosis:
    """Why a check failed: a code of the catalogue and what fills its blanks. Used as the message of an `assert`."""

    code: str
    detail: Mapping[str, Detail] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.code


def diagnose(code: str, **detail: Detail) -> Diagnosis:
    """The diagnosis `code`, with the student's own numbers and names for its blanks."""
    return Diagnosis(code, detail)


def fail(code: str, **detail: Detail) -> NoReturn:
    """Ends the running check with this diagnosis."""
    raise AssertionError(Diagnosis(code, detail))


@dataclass(frozen=True)
class Feedback:
    """One diagnosis in one language."""

    title: str
    text: str
    hint: str


@dataclass(frozen=True)
class Entry:
    """What the catalogue holds for one code, by locale. `detail` may be empty."""

    title: Texts
    text: Texts
    hint: Texts
    detail: Texts


class Catalogue:
    """The sentences of the engine and, over them, those of a pack.

    Raises PackError for an entry without one of the languages, or whose languages have different blanks.
    """

    def __init__(self, *extra: Path) -> None:
        self._entries: dict[str, Entry] = {}
        self._advice: dict[str, Texts] = {}
        for path in (CATALOGUE, *extra):
            self._read(path)

    def _read(self, path: Path) -> None:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        for name, table in tables.pop("advice", {}).items():
            self._advice[name] = _texts(f"advice.{name}", table, "text")
        for code, table in tables.items():
            unknown = set(table) - {"title", "text", "hint", "detail"}
            if unknown:
                raise PackError(f"{path.name}: [{code}] has the unknown field {min(unknown)!r}.")
            detail = _texts(code, table, "detail", blanks=True) if "detail" in table else {}
            title, text, hint = (_texts(code, table, name) for name in ("title", "text", "hint"))
            self._entries[code] = Entry(title, text, hint, detail)

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    @property
    def codes(self) -> frozenset[str]:
        """Every code that has an entry."""
        return frozenset(self._entries)

    @property
    def advice(self) -> frozenset[str]:
        """The name of every advice."""
        return frozenset(self._advice)

    def render(self, diagnosis: Diagnosis | str, locale: str = "en") -> Feedback:
        """The diagnosis in words; raises PackError for a code that has no entry."""
        if isinstance(diagnosis, str):
            diagnosis = Diagnosis(diagnosis)
        entry = self._entries.get(diagnosis.code)
        if entry is None:
            raise PackError(f"The diagnosis {diagnosis.code!r} has no entry in feedback.toml.")
        locale = locale if locale in LOCALES else "en"
        sentences = [entry.text[locale]]
        blanks = {name: _shown(value) for name, value in diagnosis.detail.items()}
        if entry.detail and blanks_of(entry.detail[locale]) <= set(blanks):
            sentences.append(entry.detail[locale].format_map(blanks))
        advice = self._advice.get(str(diagnosis.detail.get("advice", "")))
        if advice is not None:
            sentences.append(advice[locale])
        return Feedback(entry.title[locale], "\n".join(sentences), entry.hint[locale])


def blanks_of(template: str) -> set[str]:
    """The names of the blanks in a template. Only plain names are allowed: nothing is looked up inside a value."""
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    wrong = sorted(name for name in names if not name.isidentifier())
    if wrong:
        raise PackError(f"feedback.toml: the blank {{{wrong[0]}}} is not a plain name.")
    return names


def _texts(code: str, table: Mapping[str, object], name: str, blanks: bool = False) -> Texts:
    texts = table.get(name)
    if not isinstance(texts, dict) or set(texts) != set(LOCALES) or not all(_is_text(text) for text in texts.values()):
        raise PackError(f"feedback.toml: [{code}] needs {name} = {{ en = ..., zh = ... }}.")
    if blanks and blanks_of(texts["en"]) != blanks_of(texts["zh"]):
        raise PackError(f"feedback.toml: [{code}] {name} has different blanks in the two languages.")
    return texts


def _is_text(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _shown(value: Detail) -> str:
    # A student's text is cut, because an exception may quote a whole tensor.
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 500 else text[:499] + "…"
