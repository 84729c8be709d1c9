"""What a student wrote or printed, made safe to look at: nothing in it can turn a line round, hide, or be markup.

Characters that can't be seen are written out as Python writes them in a string, and marked, so that a reader sees that
they are there.
"""

from __future__ import annotations

import itertools
import unicodedata

from markupsafe import Markup, escape

# Format characters that join letters and emoji; in prose they are spelling, in code they are a way to mislead.
_JOINERS = frozenset("\u200c\u200d")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co"})
_TAB = "    "
# Nobody reads further, and a browser can't draw a million characters beside each other.
LONGEST_LINE = 2000
MORE = Markup('<span class="unseen">…</span>')


def plain(text: str) -> str:
    """`text` with unseen characters written out. Line ends stay, tabs become four spaces."""
    return "".join(written_out(character) if is_unseen(character) else character for character in unified(text))


def one_line(text: str) -> str:
    """`plain` for a place with room for a single line."""
    return plain(text).replace("\n", " ")


def marked(text: str, *, code: bool = False) -> Markup:
    """`text` escaped, with every unseen character written out in a <span class="unseen">. In `code`, joiners count.

    Plain strings all the way, because a student chooses how many such characters there are.
    """
    text = unified(text)
    if text.isascii() and text.replace("\n", "").isprintable():
        return escape(text)
    parts: list[str] = []
    for unseen, run in itertools.groupby(text, key=lambda character: is_unseen(character, code=code)):
        characters = "".join(run)
        words = "".join(map(written_out, characters)) if unseen else str(escape(characters))
        parts.append(f'<span class="unseen">{words}</span>' if unseen else words)
    return Markup("".join(parts))  # noqa: S704 - what is not escaped is a backslash with letters and digits


def marked_line(text: str) -> Markup:
    """A line of code as `marked`; of a very long one only the beginning, and a sign that there is more."""
    if len(text) <= LONGEST_LINE:
        return marked(text, code=True)
    return marked(text[:LONGEST_LINE], code=True) + MORE


def cut(text: str, lines: int, characters: int) -> tuple[str, int]:
    """The beginning of `text`, and how many lines were left out."""
    kept = text[:characters].split("\n")[:lines]
    return "\n".join(kept), max(0, text.count("\n") + 1 - len(kept))


def unified(text: str) -> str:
    """One kind of line end, and no tabs."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", _TAB)


def is_unseen(character: str, *, code: bool = False) -> bool:
    """Would a reader not see this character for what it is?"""
    if character.isascii():
        return not (character.isprintable() or character == "\n")
    return unicodedata.category(character) in _UNSEEN and (code or character not in _JOINERS)


def written_out(character: str) -> str:
    """A character as Python writes it in a string."""
    return (
        f"\\x{ord(character):02x}" if ord(character) < 256 else character.encode("ascii", "backslashreplace").decode()
    )
