"""Tables as files for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Excel reads Chinese only behind this mark.
BYTE_ORDER_MARK = "\ufeff"


def csv_text(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV. What people typed can't become a formula; numbers stay numbers."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([cell(head) for head in heads])
    writer.writerows([cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def cell(value: object) -> object:
    """One value as it is written: an apostrophe before whatever would be calculated; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    words = str(value).replace("\0", "")
    # A dash alone is no formula, and says "no mark" to whoever imports the table.
    return f"'{words}" if words.startswith(_FORMULA) and words != "-" else words


def csv_file(name: str, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Response:
    """The same as an answer that the browser saves as `name`.csv."""
    answer = Response(csv_text(heads, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return answer
