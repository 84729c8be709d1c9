"""A comparison by difflib that ends: a hostile writer can make its time grow with the cube of his text.

So its steps are counted. Where they do not suffice, only what both have in common at the beginning and at the end is
told from what has changed: a difference that is true, though not the smallest.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence


class Effort:
    """Steps that may still be taken, by one comparison or by several together."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take so many. Raises ExhaustedError."""
        self._left -= steps
        if self._left < 0:
            raise ExhaustedError


class ExhaustedError(Exception):
    """No step is left."""


class Comparison(difflib.SequenceMatcher[str]):
    """A SequenceMatcher that pays for what it does."""

    # As the library has them, whose types tell only of its methods.
    a: Sequence[str]
    b2j: dict[str, list[int]]
    matching_blocks: list[difflib.Match] | None

    def __init__(self, old: Sequence[str], new: Sequence[str], effort: Effort, *, autojunk: bool) -> None:
        self._effort = effort
        super().__init__(None, old, new, autojunk=autojunk)

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        """Each item of the range is looked up, and each of its places in the other text is looked at."""
        items = self.a[alo:ahi]
        self._effort.spend(len(items) + sum(len(self.b2j.get(item, ())) for item in items))
        return super().find_longest_match(alo, ahi, blo, bhi)


def comparison(old: Sequence[str], new: Sequence[str], effort: Effort, *, autojunk: bool = False) -> Comparison:
    """The finished comparison of two texts, as small as the effort allows."""
    found = Comparison(old, new, effort, autojunk=autojunk)
    try:
        found.get_matching_blocks()
    except ExhaustedError:
        found.matching_blocks = _ends(old, new)
    return found


def _ends(old: Sequence[str], new: Sequence[str]) -> list[difflib.Match]:
    """The blocks at the beginning and at the end that both have, and the empty one that difflib ends with."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    blocks = ((0, 0, head), (len(old) - tail, len(new) - tail, tail))
    return [difflib.Match(*block) for block in blocks if block[2]] + [difflib.Match(len(old), len(new), 0)]
