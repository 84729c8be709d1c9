"""The files a submission is compiled under: which frames are the student's, and which cell a line belongs to."""

from __future__ import annotations

import bisect
import linecache

from grader.wire.messages import CELL_LINES


class Sources:
    """Every file name given to the compiler for one submission.

    A plain file has one name and the line numbers of the whole file; each cell of a notebook is a file of its own.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._cells: dict[str, list[tuple[int, int, int]]] = {}
        self._offsets: dict[str, int] = {}

    def add_file(self, name: str, text: str) -> None:
        """Make `name` known, also to `linecache`, so that `inspect.getsource` and tracebacks find the text."""
        self.names.add(name)
        self._offsets.setdefault(name, 0)
        # A modification time of None tells linecache that no file on disk is to be compared.
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)

    def add_cell(self, name: str, lines: tuple[int, int], index: int, *, own_file: bool) -> None:
        """Say that the cell `index` holds these lines of the file `name`. Cells of a file come in order."""
        self._cells.setdefault(name, []).append((*lines, index))
        if own_file:
            self._offsets[name] = index * CELL_LINES

    def cell_of(self, name: str, line: int) -> int | None:
        """The cell a line stands in, None for a line between cells."""
        cells = self._cells.get(name, [])
        place = bisect.bisect_right(cells, line, key=lambda cell: cell[0]) - 1
        if place < 0:
            return None
        _, last, index = cells[place]
        return index if line <= last else None

    def offset(self, name: str) -> int:
        """What is added to line numbers of `name` to tell them from other cells' lines (see `wire.CELL_LINES`)."""
        return self._offsets.get(name, 0)

    def line(self, name: str, number: int) -> str:
        """The text of one line, without its end; "" where there is none."""
        return linecache.getline(name, number).rstrip("\n")
