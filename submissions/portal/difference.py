"""What changed between two attempts: lines in hunks, the changed words within a line, and the points of each check."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from submissions.portal.effort import Effort, comparison
from submissions.portal.plain import marked, marked_line

CONTEXT = 3
MOST_LINES, MOST_CHARACTERS = 4000, 400_000
# Of lines of which each has become another: longer ones, or more in a row, are left without marked words.
LONGEST_PAIR, MOST_PAIRS = 400, 60
LINE_STEPS, WORD_STEPS = 4_000_000, 2_000_000
NOTHING = Markup("")
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class DiffLine:
    """A line of the difference. `kind`: "same", "added", "removed" or "gap", where lines that agree are left out."""

    kind: str
    before: int | None
    after: int | None
    html: Markup = NOTHING


@dataclass(frozen=True)
class Difference:
    """The hunks in one list. `too_long`: nothing was compared. Empty where the two are the same."""

    lines: tuple[DiffLine, ...]
    added: int = 0
    removed: int = 0
    too_long: bool = False


@dataclass(frozen=True)
class DiffRow:
    """Two lines beside each other; a side is None where the other has one more."""

    before: DiffLine | None
    after: DiffLine | None
    is_gap: bool = False


@dataclass(frozen=True)
class Change:
    """The points of one check in two attempts; None where an attempt has no such check."""

    title: str
    before: float | None
    after: float | None
    max_points: float

    @property
    def direction(self) -> str:
        """One of "up", "down" and "same"."""
        before, after = self.before or 0.0, self.after or 0.0
        return "up" if after > before else "down" if after < before else "same"


def difference(before: str, after: str) -> Difference:
    """How the code changed."""
    old, new = before.rstrip("\n").split("\n"), after.rstrip("\n").split("\n")
    if max(len(old), len(new)) > MOST_LINES or max(len(before), len(after)) > MOST_CHARACTERS:
        return Difference((), too_long=True)
    lines = tuple(_lines(old, new))
    count = [line.kind for line in lines]
    return Difference(lines, count.count("added"), count.count("removed"))


def side_by_side(found: Difference) -> list[DiffRow]:
    """The same lines with what was removed beside what was added in its place."""
    rows: list[DiffRow] = []
    for kind, group in itertools.groupby(found.lines, key=lambda line: line.kind in ("added", "removed")):
        lines = list(group)
        if kind:
            gone = [line for line in lines if line.kind == "removed"]
            come = [line for line in lines if line.kind == "added"]
            rows.extend(DiffRow(*pair) for pair in itertools.zip_longest(gone, come))
        else:
            rows.extend(DiffRow(line, line, is_gap=line.kind == "gap") for line in lines)
    return rows


def changes(
    before: Mapping[str, tuple[str, float, float]], after: Mapping[str, tuple[str, float, float]]
) -> list[Change]:
    """The checks of both attempts, each by name as (title, points, points to be had), in the later one's order."""
    found = []
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        title, _, most = new or old or ("", 0.0, 0.0)
        found.append(Change(title, old[1] if old else None, new[1] if new else None, most))
    return found


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    matcher = comparison(old, new, Effort(LINE_STEPS), autojunk=len(old) > 500)
    shown_until, effort = 0, Effort(WORD_STEPS)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if group[0][1] > shown_until:
            yield DiffLine("gap", None, None)
        shown_until = group[-1][2]
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                for place in range(i2 - i1):
                    yield DiffLine("same", i1 + place + 1, j1 + place + 1, marked_line(old[i1 + place]))
            else:
                yield from _replaced(old, new, (i1, i2, j1, j2), effort)
    if shown_until and shown_until < len(old):
        yield DiffLine("gap", None, None)


def _replaced(
    old: Sequence[str], new: Sequence[str], at: tuple[int, int, int, int], effort: Effort
) -> Iterator[DiffLine]:
    """Removed lines, then added ones; where as many came as went, each pair shows its changed words."""
    i1, i2, j1, j2 = at
    paired = i2 - i1 == j2 - j1 <= MOST_PAIRS
    pairs = [_words(a, b, effort) for a, b in zip(old[i1:i2], new[j1:j2], strict=True)] if paired else []
    for place in range(i2 - i1):
        html = pairs[place][0] if paired else marked_line(old[i1 + place])
        yield DiffLine("removed", i1 + place + 1, None, html)
    for place in range(j2 - j1):
        html = pairs[place][1] if paired else marked_line(new[j1 + place])
        yield DiffLine("added", None, j1 + place + 1, html)


def _words(before: str, after: str, effort: Effort) -> tuple[Markup, Markup]:
    """Both lines, their differing words in <del> and <ins>; lines with little in common are left plain."""
    if max(len(before), len(after)) > LONGEST_PAIR:
        return marked_line(before), marked_line(after)
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = comparison(old, new, effort)
    if matcher.ratio() < 0.4:
        return marked_line(before), marked_line(after)
    left, right = [], []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = marked("".join(old[i1:i2]), code=True), marked("".join(new[j1:j2]), code=True)
        left.append(gone if tag == "equal" or not gone else Markup("<del>{}</del>").format(gone))
        right.append(come if tag == "equal" or not come else Markup("<ins>{}</ins>").format(come))
    return Markup("").join(left), Markup("").join(right)
