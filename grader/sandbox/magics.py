"""Drops what only IPython understands (`%magic`, `!command`, `name?`), keeping every other line where it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NOTE_CHARACTERS = 200

_TOKEN = re.compile(r"'''|\"\"\"|['\"#\\\\]|[(\[{]|[)\]}]")
_LINE = re.compile(r"^\s*(?:[%!?]|[\w.]+\?{1,2}\s*(?:#.*)?$)")
_ASSIGNED = re.compile(r"^(\s*[A-Za-z_][\w.,\s\[\]]*=\s*)(?:!|%(?![%=]))")
_TIME = re.compile(r"^(?P<before>\s*(?:[A-Za-z_][\w.,\s\[\]]*=\s*)?)%time\s+(?P<kept>\S.*)$")
_PYLAB = "from pylab import *; import numpy as np; import matplotlib.pyplot as plt"

# The body of these is no Python, or is not meant for the notebook's own process.
_FOREIGN_CELLS = frozenset(
    "html HTML javascript js latex svg SVG bash sh cmd script system sx ! perl ruby R sql writefile file cython"
    " markdown python2 pypy".split()
)


@dataclass
class Scanner:
    """Knows, line by line, whether the next line begins a statement or continues a string, bracket or backslash."""

    depth: int = 0
    quote: str = ""
    joined: bool = False

    @property
    def at_start(self) -> bool:
        """Whether the next line begins a statement."""
        return self.depth == 0 and not self.quote and not self.joined

    def feed(self, line: str) -> None:
        """Go past one physical line."""
        position, self.joined = 0, False
        while match := _TOKEN.search(line, position):
            token, position = match.group(), match.end()
            if token == "\\":
                position += 1
                self.joined = not line[position:].strip("\n") and not self.quote
            elif self.quote:
                if token.startswith(self.quote[0]) and len(token) >= len(self.quote):
                    position = match.start() + len(self.quote)
                    self.quote = ""
                elif len(token) == 3:
                    position = match.start() + 1
            elif token == "#":
                break
            elif token[0] in "'\"":
                self.quote = token
            else:
                self.depth = max(0, self.depth + (1 if token in "([{" else -1))
        if len(self.quote) == 1 and not line.rstrip("\n").endswith("\\"):
            # No string of one quote goes on to the next line: this one is broken, the rest may not be.
            self.quote = ""


@dataclass
class Cleaned:
    """The text without its magics, what was dropped, and whether the whole cell was in another language."""

    text: str
    notes: list[str] = field(default_factory=list)
    foreign: str | None = None


def has_magics(text: str) -> bool:
    """Quick look: could there be anything to drop?"""
    return any(character in text for character in "%!?")


def without_magics(text: str) -> Cleaned:
    """Replace magics at the beginning of statements. A `%` or `!` anywhere else is left alone."""
    cleaned = Cleaned("")
    lines, scanner, dropping = [], Scanner(), False
    for line in text.split("\n"):
        if dropping:
            dropping = line.rstrip().endswith("\\")
            lines.append("")
            continue
        if not scanner.at_start or not (_LINE.match(line) or _ASSIGNED.match(line)):
            scanner.feed(line)
            lines.append(line)
            continue
        cleaned.notes.append(line.strip()[:NOTE_CHARACTERS])
        cleaned.foreign = cleaned.foreign or _foreign(line, lines)
        lines.append(_instead_of(line))
        dropping = line.rstrip().endswith("\\")
    cleaned.text = "\n".join(lines)
    return cleaned


def _foreign(line: str, earlier: list[str]) -> str | None:
    if not line.startswith("%%") or any(text.strip() for text in earlier):
        return None
    name = (line[2:].split() or [""])[0]
    return name if name in _FOREIGN_CELLS else None


def _instead_of(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if line.startswith("%%"):
        return ""
    if timed := _TIME.match(line):
        return timed["before"] + timed["kept"]
    if line.split(maxsplit=1)[0] == "%pylab":
        return indent + _PYLAB
    return indent + "pass"
