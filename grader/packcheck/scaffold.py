"""Makes a new pack from the template beside this file: small, complete, and in order from the first moment."""

from __future__ import annotations

import re
from pathlib import Path

from grader.errors import PackError

TEMPLATE = Path(__file__).with_name("template")
# The template's files carry this ending more, so that no tool takes them for the project's own code.
SUFFIX = ".template"
LONGEST_NAME = 60

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def is_pack_name(name: str) -> bool:
    """Whether a pack may be called so: small letters and digits, words joined by hyphens."""
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def new_pack(name: str, folder: Path) -> Path:
    """Write the pack `name` into `folder` and return its path. Raises PackError where something is in the way."""
    if not is_pack_name(name):
        raise PackError(f"{name!r} is no name for a pack: use small letters, digits and hyphens.")
    pack = folder / name
    try:
        pack.mkdir(parents=True)
        for file in template_files():
            target = pack / file.relative_to(TEMPLATE).with_name(file.name.removesuffix(SUFFIX)).as_posix().replace(
                "NAME", name.replace("-", "_")
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled(file.read_text(encoding="utf-8"), name), encoding="utf-8")
    except OSError as error:
        raise PackError(f"{pack} can't be made: {error.strerror}.") from error
    return pack


def template_files() -> list[Path]:
    """Every file of the template."""
    return sorted(TEMPLATE.rglob(f"*{SUFFIX}"))


def _filled(text: str, name: str) -> str:
    return text.replace("{{name}}", name).replace("{{title}}", name.replace("-", " ").capitalize())
