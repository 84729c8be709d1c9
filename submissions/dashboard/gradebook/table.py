"""The gradebook as a page shows it: its columns, its cells, and the address of every other order and choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from submissions.models.courses import Assignment
from submissions.store.gradebook import SHOWN, SORTS, Mark, Student, Wanted, Window

TEXT_CHARACTERS = 100
MOST_PAGES = 10_000


@dataclass(frozen=True)
class Column:
    """An assignment. `title` tells it from the others of its course."""

    id: int
    title: str
    most: float


@dataclass(frozen=True)
class Cell:
    """A student's mark. kind: none (nothing handed in), waiting (no score yet) or score."""

    kind: str
    column: Column
    mark: Mark | None = None


@dataclass(frozen=True)
class Row:
    """A student with a cell for each column."""

    student: Student
    cells: tuple[Cell, ...]


def columns(assignments: Sequence[Assignment], titles: Mapping[str, str]) -> tuple[Column, ...]:
    """One for each assignment. titles: by pack. A title that comes twice is numbered: a file needs to tell them."""
    seen: dict[str, int] = {}
    found = []
    for assignment in assignments:
        title = titles.get(assignment.pack_id, assignment.pack_id)
        seen[title] = seen.get(title, 0) + 1
        numbered = title if seen[title] == 1 else f"{title} #{seen[title]}"
        found.append(Column(assignment.id, numbered, assignment.max_score))
    return tuple(found)


def rows(window: Window, shown: Sequence[Column]) -> list[Row]:
    """The window's students with their cells."""
    return [
        Row(student, tuple(_cell(window.marks.get((student.id, column.id)), column) for column in shown))
        for student in window.students
    ]


def _cell(mark: Mark | None, column: Column) -> Cell:
    if mark is None or not mark.submitted:
        return Cell("none", column)
    return Cell("waiting" if mark.score is None else "score", column, mark)


def read_wanted(values: Mapping[str, str], assignments: Sequence[int]) -> Wanted:
    """What an address asks for. What it doesn't know is as if it were not there."""
    sort: str | int = values.get("sort", "name")
    if sort not in SORTS:
        sort = _known(str(sort), assignments) or "name"
    show = values.get("show", "")
    page = values.get("page", "1")
    return Wanted(
        sort=sort,
        descending=values.get("dir") == "desc",
        text=" ".join(values.get("q", "")[:TEXT_CHARACTERS].split()),
        show=show if show in SHOWN else "",
        assignment_id=_known(values.get("assignment", ""), assignments),
        page=min(int(page), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
    )


def _known(value: str, assignments: Sequence[int]) -> int | None:
    return next((known for known in assignments if str(known) == value), None)


def arguments(wanted: Wanted, **changes: object) -> dict[str, str]:
    """The part of an address that asks for `wanted`, changed; what is as usual is left out."""
    asked = replace(wanted, **changes)  # type: ignore[arg-type]
    written = {
        "sort": str(asked.sort) if asked.sort != "name" else "",
        "dir": "desc" if asked.descending else "",
        "q": asked.text,
        "show": asked.show,
        "assignment": str(asked.assignment_id or ""),
        "page": str(asked.page) if asked.page > 1 else "",
    }
    return {name: value for name, value in written.items() if value}


def sorted_by(wanted: Wanted, sort: str | int) -> dict[str, str]:
    """The address that a column's head leads to: this order, or the other way round where it is the present one.

    Points begin with the most, names with A.
    """
    descending = not wanted.descending if wanted.sort == sort else sort not in ("name", "login")
    return arguments(wanted, sort=sort, descending=descending, page=1)
