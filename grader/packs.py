"""Exercise packs: finds them, reads pack.toml, and refuses what is not in order before anything is graded."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import PackError, PackNotFound
from grader.limits import Limits

VISIBILITIES = ("public", "after_deadline", "hidden")
INPUTS = ("shown", "withheld")
FORMS = ("functions", "script")

Text = Mapping[str, str]


@dataclass(frozen=True)
class CheckDeclaration:
    """One entry of [[checks]]: what people see and what it is worth. `name` is the test function without test_.

    cap: failing this check limits the total to this many points. requires: checks that must pass first.
    rubric: what an instructor marks by hand in a written answer, as texts with their share.
    """

    name: str
    title: Text
    points: float
    visibility: str
    inputs: str = "withheld"
    requires: tuple[str, ...] = ()
    cap: float | None = None
    rubric: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Pack:
    """An exercise, validated. `digest` names the exact content of pack.toml, feedback and checks."""

    id: str
    path: Path
    version: str
    title: Text
    summary: Text
    forms: tuple[str, ...]
    checks: tuple[CheckDeclaration, ...]
    digest: str
    limits: Limits = field(default_factory=Limits)

    @property
    def max_score(self) -> float:
        """The sum of the points of all checks."""
        return sum(check.points for check in self.checks)

    @property
    def running_order(self) -> tuple[CheckDeclaration, ...]:
        """The checks as they are run: those that are seen first before those that are seen later or never.

        A submission remembers what a check has handed to it, and can say it in the next one's error. A check that
        requires a less visible one runs after that all the same.
        """
        turns: dict[str, int] = {}
        for check in self.checks:
            before = (turns[name] for name in check.requires)
            turns[check.name] = max((VISIBILITIES.index(check.visibility), *before))
        return tuple(sorted(self.checks, key=lambda check: turns[check.name]))

    def statement(self, locale: str) -> str:
        """The exercise's text in Markdown."""
        return (self.path / f"statement.{locale}.md").read_text(encoding="utf-8")

    def starter(self) -> str:
        """The file a student begins with."""
        return (self.path / "starter.py").read_text(encoding="utf-8")


def find_pack(name: str, folders: Sequence[Path]) -> Pack:
    """The pack with this id in one of `folders`, or at this path. Raises PackNotFound, naming the nearest id."""
    given = Path(name)
    if (given / "pack.toml").is_file():
        return load_pack(given)
    for folder in folders:
        if name and given.name == name and (folder / name / "pack.toml").is_file():
            return load_pack(folder / name)
    known = pack_ids(folders)
    near = difflib.get_close_matches(name, known, n=1)
    raise PackNotFound(name, near[0] if near else None, known)


def pack_ids(folders: Sequence[Path]) -> list[str]:
    """The ids of every pack in `folders`, sorted."""
    return sorted({entry.parent.name for folder in folders for entry in folder.glob("*/pack.toml")})


def load_pack(path: Path) -> Pack:
    """Read and validate the pack in folder `path`. Raises PackError with the place and the repair."""
    path = path.resolve()
    declaration = _read_toml(path / "pack.toml")
    where = f"{path.name}/pack.toml"
    if declaration.get("schema") != 1:
        raise PackError(f"{where}: schema must be 1, not {declaration.get('schema')!r}.")
    if declaration.get("id") != path.name:
        raise PackError(f"{where}: id is {declaration.get('id')!r} but the folder is called {path.name!r}.")
    checks = tuple(_check(entry, where) for entry in _list_of_tables(declaration, "checks", where))
    _require_consistent(checks, where)
    forms = tuple(declaration.get("forms", ()))
    if not forms or not set(forms) <= set(FORMS):
        raise PackError(f"{where}: forms must list one or both of {', '.join(FORMS)}.")
    return Pack(
        id=path.name,
        path=path,
        version=_string(declaration, "version", where),
        title=_bilingual(declaration, "title", where),
        summary=_bilingual(declaration, "summary", where),
        forms=forms,
        checks=checks,
        digest=_digest(path),
        limits=_limits(declaration.get("limits", {}), where),
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PackError(f"{path.parent.name}/{path.name} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.parent.name}/{path.name} is not valid TOML: {error}.") from error


def _check(entry: Mapping[str, Any], where: str) -> CheckDeclaration:
    name = _string(entry, "name", where)
    where = f"{where}, check {name}"
    unknown = set(entry) - {"name", "title", "points", "visibility", "inputs", "requires", "cap", "rubric"}
    if unknown:
        raise PackError(f"{where}: unknown key {min(unknown)!r}.")
    points: Any = entry.get("points")
    cap: Any = entry.get("cap")
    if not _is_number(points) or points < 0:
        raise PackError(f"{where}: points must be a number, 0 or more.")
    if cap is not None and (not _is_number(cap) or cap < 0):
        raise PackError(f"{where}: cap must be a number, 0 or more.")
    visibility, inputs = entry.get("visibility", "public"), entry.get("inputs", "withheld")
    if visibility not in VISIBILITIES:
        raise PackError(f"{where}: visibility must be one of {', '.join(VISIBILITIES)}.")
    if inputs not in INPUTS:
        raise PackError(f"{where}: inputs must be one of {', '.join(INPUTS)}.")
    return CheckDeclaration(
        name=name,
        title=_bilingual(entry, "title", where),
        points=points,
        visibility=visibility,
        inputs=inputs,
        requires=tuple(entry.get("requires", ())),
        cap=cap,
        rubric=tuple(entry.get("rubric", ())),
    )


def _require_consistent(checks: Sequence[CheckDeclaration], where: str) -> None:
    if not checks:
        raise PackError(f"{where}: there is no [[checks]] entry.")
    seen: set[str] = set()
    for check in checks:
        if check.name in seen:
            raise PackError(f"{where}: check {check.name} is declared twice.")
        for needed in check.requires:
            if needed not in seen:
                raise PackError(f"{where}: check {check.name} requires {needed}, which must be declared above it.")
        seen.add(check.name)


def _limits(table: Mapping[str, Any], where: str) -> Limits:
    try:
        limits = Limits(**table)
    except TypeError as error:
        raise PackError(f"{where}: [limits] has an unknown entry: {error}.") from error
    if not all(_is_number(value) and value > 0 for value in vars(limits).values()):
        raise PackError(f"{where}: every entry of [limits] must be a number above 0.")
    return limits


def _digest(path: Path) -> str:
    """SHA-256 over the files that decide a verdict, each with its name."""
    digest = hashlib.sha256()
    for file in sorted([path / "pack.toml", path / "feedback.toml", *path.glob("checks/**/*.py")]):
        if file.is_file():
            content = file.read_bytes()
            digest.update(f"{file.relative_to(path).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _string(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise PackError(f"{where}: {key} is missing or not a string.")
    return value


def _bilingual(table: Mapping[str, Any], key: str, where: str) -> Text:
    value = table.get(key)
    if not isinstance(value, dict) or not all(isinstance(value.get(locale), str) for locale in ("en", "zh")):
        raise PackError(f'{where}: {key} needs both languages: {key} = {{ en = "...", zh = "..." }}.')
    return {locale: value[locale] for locale in ("en", "zh")}


def _list_of_tables(table: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise PackError(f"{where}: {key} must be written as [[{key}]] entries.")
    return value
