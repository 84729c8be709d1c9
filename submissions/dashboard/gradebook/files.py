"""The gradebook as files: plain, by check, and in the forms that Canvas and Moodle import.

Canvas: `Student, ID, SIS User ID, SIS Login ID, Section`, then a column for each assignment, and a second line with the
points possible. Its importer finds a student by the login where ID is empty; `Section` has to stand last before the
assignments; a title that ends with a number in brackets would be taken for one of its own ids.
Moodle: the columns are mapped in its form, by `username`, `idnumber` (the login is
both here, as it is one or the other there) or `email`; a mark that isn't there is "-", which its importer
leaves as it is, where an empty cell would become no mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from submissions.dashboard.gradebook.table import Column
from submissions.store.gradebook import Student, Window

ID_AT_THE_END = re.compile(r"\((\d+)\)\s*$")
# Columns with these words in their heads are Canvas's own sums; it would ignore them.
CANVAS_OWN = re.compile(r"\b(Current|Final|Override) (Score|Points|Grade|Status)\b")
NO_MARK = "-"
Table = tuple[Sequence[object], Sequence[Sequence[object]]]


@dataclass(frozen=True)
class CheckColumn:
    """A check of an assignment."""

    assignment_id: int
    name: str
    title: str
    points: float


def plain(window: Window, columns: Sequence[Column], heads: Sequence[str], total: str) -> Table:
    """heads: of name, login and email. A column for each assignment and one for the sum."""
    titles = [f"{column.title} ({_number(column.most)})" for column in columns]
    lines = [
        [*_who(student), *(_score(window, student, column) for column in columns), _rounded(student.total)]
        for student in window.students
    ]
    return [*heads, *titles, total], lines


def by_check(
    window: Window, checks: Sequence[CheckColumn], points: Mapping[int, Mapping[int, Mapping[str, float]]],
    heads: Sequence[str],
) -> Table:  # fmt: skip
    """points: by assignment, student and check."""
    titles = [f"{check.title} ({_number(check.points)})" for check in checks]
    lines = [
        [
            *_who(student),
            *(_rounded(points.get(check.assignment_id, {}).get(student.id, {}).get(check.name)) for check in checks),
        ]
        for student in window.students
    ]
    return [*heads, *titles], lines


def canvas(window: Window, columns: Sequence[Column], section: str) -> Table:
    """The form of Canvas's gradebook."""
    heads: list[object] = [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        *(canvas_title(c.title) for c in columns),
    ]
    possible: list[object] = ["    Points Possible", "", "", "", "", *(_rounded(column.most) for column in columns)]
    lines: list[list[object]] = [
        [student.name, "", "", student.login, section, *(_score(window, student, column) for column in columns)]
        for student in window.students
    ]
    return heads, [possible, *lines]


def canvas_title(title: str) -> str:
    """A title that Canvas takes for a title."""
    title = ID_AT_THE_END.sub(r"[\1]", title)
    return CANVAS_OWN.sub(r"\1-\2", title)


def moodle(window: Window, columns: Sequence[Column]) -> Table:
    """The form of Moodle's import of grades; its maximum is that of the grade item there."""
    heads = ["username", "idnumber", "email", *(column.title for column in columns)]
    return heads, list(_moodle_lines(window, columns))


def _moodle_lines(window: Window, columns: Sequence[Column]) -> Iterable[list[object]]:
    for student in window.students:
        scores = (_score(window, student, column) for column in columns)
        yield [student.login, student.login, student.email, *(NO_MARK if s is None else s for s in scores)]


def _who(student: Student) -> tuple[str, str, str]:
    return student.name, student.login, student.email


def _score(window: Window, student: Student, column: Column) -> float | int | None:
    mark = window.marks.get((student.id, column.id))
    return None if mark is None else _rounded(mark.score)


def _rounded(value: float | None) -> float | int | None:
    if value is None:
        return None
    rounded = round(float(value), 2)
    return int(rounded) if rounded.is_integer() else rounded


def _number(value: float) -> str:
    return str(_rounded(value))
