"""Turns the bytes a student hands in into a `Submission`, or says in the catalogue's words why it can't be graded."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import SubmissionRejected
from grader.limits import SUBMISSION_BYTES


@dataclass(frozen=True)
class Submission:
    """Student code as text. `kind` is "py" or "ipynb"; `name` is the file's own name, for people only.

    written: answers that were typed in beside the file, by the name of the check they are for. Checks read them on the
    trusted side; they never enter a child.
    """

    source: str
    kind: str
    name: str
    written: Mapping[str, str] = field(default_factory=dict, hash=False)


def submission_from_file(path: Path) -> Submission:
    """Read a .py or .ipynb file. Raises SubmissionRejected; OSError when the file itself can't be read."""
    with path.open("rb") as file:
        return submission_from_bytes(file.read(SUBMISSION_BYTES + 1), path.name)


def submission_from_bytes(content: bytes, name: str) -> Submission:
    """Decide kind and encoding of `content`. Raises SubmissionRejected."""
    if len(content) > SUBMISSION_BYTES:
        raise SubmissionRejected("too-large", limit_kb=SUBMISSION_BYTES // 1000)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = _from_utf16(content)
    if b"\0" in content:
        raise SubmissionRejected("nul-byte", offset=content.index(b"\0"))
    text = _decode(content)
    if name.lower().endswith(".ipynb") or (not name.lower().endswith(".py") and looks_like_notebook(text)):
        _require_notebook(text)
        return Submission(text, "ipynb", name)
    if looks_like_notebook(text):
        # A notebook saved under a .py name is still a notebook; read as Python it would be one harmless dict.
        return Submission(text, "ipynb", name)
    return Submission(text, "py", name)


def _from_utf16(content: bytes) -> bytes:
    """Windows Notepad's "Unicode" files: UTF-16 with a byte-order mark."""
    try:
        return content.decode("utf-16").encode("utf-8")
    except UnicodeError as error:
        raise SubmissionRejected("not-text", offset=0) from error


def _decode(content: bytes) -> str:
    """UTF-8, or what the file's own coding line (PEP 263) declares."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            text = content.decode(encoding)
            text.encode()  # some codecs, as unicode_escape, make halves of surrogate pairs
        except (SyntaxError, UnicodeError, LookupError):
            raise SubmissionRejected("not-text", offset=error.start) from error
        if "\0" in text:
            raise SubmissionRejected("nul-byte", offset=error.start) from error
        return text


def looks_like_notebook(text: str) -> bool:
    """Is this JSON with cells, whatever the file is called?"""
    if not text.lstrip().startswith("{"):
        return False
    try:
        _require_notebook(text)
    except SubmissionRejected:
        return False
    return True


def _require_notebook(text: str) -> None:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SubmissionRejected("not-a-notebook") from error
    if not isinstance(notebook, dict):
        raise SubmissionRejected("not-a-notebook")
    cells = notebook.get("cells")
    if cells is None:
        sheets = notebook.get("worksheets")
        first = sheets[0] if isinstance(sheets, list) and sheets else None
        cells = first.get("cells") if isinstance(first, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SubmissionRejected("not-a-notebook")
