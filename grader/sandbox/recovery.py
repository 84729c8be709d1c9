"""Reads Python out of what students paste: magics, transcripts of a prompt, Markdown with code, prose in between.

Nothing here changes text that parses as it is, and nothing moves a line: what is no code becomes an empty line.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

from grader.sandbox.magics import Scanner, has_magics, without_magics

# Each attempt parses the whole text again.
PROSE_ATTEMPTS = 60
PROSE_CHARACTERS = 3_000_000

_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.)(?: |$)")
_IN = re.compile(r"^\s*In\s?\[[\d\s]*\]:(?: |$)")
_MORE = re.compile(r"^\s*\.{3,}:(?: |$)")
_OUT = re.compile(r"^\s*Out\s?\[[\d\s]*\]:")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})\s*(.*)$")
_PYTHON = re.compile(r"^\W*(?:\.?(?:python3?|py|ipython3?|python-repl|pycon)\b.*)?$", re.IGNORECASE)

_STRING = re.compile(r"'[^']*'|\"[^\"]*\"|#.*$")
_WORDS = re.compile(r"[^\W\d_][\w'’-]*(?:[ ,;:]+[^\W\d_][\w'’-]*){3,}")
_IDEOGRAPH = re.compile(r"[㐀-鿿]")
_ASCII_KEYWORD = re.compile(
    r"\s*(?:def|class|for|while|if|elif|else|try|except|finally|with|return|import|from|print|lambda|assert|raise|del"
    r"|global|nonlocal|pass|yield|async|await|match|case)\b"
)
_CODE = re.compile(r"(?:def \w+\(|class \w+[(:]|import \w+|from \w[\w.]* import |@\w)")
_EMPTY = ast.Module([], [])

Unreadable = SyntaxError | ValueError | RecursionError | MemoryError | OverflowError


@dataclass
class Readable:
    """Text as Python, or the reason why it is not. `notes` are the dropped lines, `prose` what was text for people."""

    text: str
    tree: ast.Module | None
    error: Unreadable | None = None
    notes: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)


def parse(text: str, name: str) -> Readable:
    """Parse `text` exactly as it is."""
    try:
        with warnings.catch_warnings():
            # Compiling says them again, and then the student's own filters apply.
            warnings.simplefilter("ignore")
            return Readable(text, ast.parse(text, name))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        return Readable(text, None, error)


def read_cell(text: str, name: str) -> Readable:
    """One cell: as it is, else without magics, else without prompts. An error is that of the text without magics."""
    first = parse(text, name)
    if first.tree is not None:
        return first
    best = first
    if has_magics(text):
        cleaned = without_magics(text)
        if cleaned.foreign is not None:
            body = text.split("\n", 1)[1] if "\n" in text else ""
            prose = [body] if cleaned.foreign == "markdown" else []
            return Readable("", ast.Module([], []), None, cleaned.notes[:1], prose)
        best = parse(cleaned.text, name)
        best.notes = cleaned.notes
    if best.tree is None:
        unprompted = without_prompts(best.text)
        if unprompted is not None and (again := parse(unprompted, name)).tree is not None:
            again.notes = best.notes
            return again
    return best


def read_file(text: str, name: str) -> Readable:
    """A whole file without marks: as a cell, else with its paragraphs of prose taken out."""
    best = read_cell(text, name)
    if best.tree is None and isinstance(best.error, SyntaxError):
        return _without_prose(best, name) or best
    return best


def without_prompts(text: str) -> str | None:
    """A pasted session of `>>>` or `In [1]:` prompts as code: outputs become empty lines. None if it is no session."""
    lines = text.split("\n")
    if any(_PROMPT.match(line) and ">>>" in line for line in lines):
        return "\n".join(_after(_PROMPT, line) for line in lines)
    if any(_IN.match(line) for line in lines):
        return "\n".join(_ipython_code(lines))
    return None


def fenced_blocks(text: str, name: str) -> list[tuple[int, int, bool]] | None:
    """(first line, last line, is Python) of each part of a Markdown text, fences left out.

    None if it is none: without a fence, with code outside, or without code inside. Broken Python with a fence in a
    docstring must stay broken Python.
    """
    parts = _parts(lines := text.split("\n"))
    inside = ["\n".join(lines[first - 1 : last]) for first, last, is_python in parts if is_python]
    outside = [line for first, last, is_python in parts if not is_python for line in lines[first - 1 : last]]
    if any(map(_CODE.match, outside)) or not any((parse(code, name).tree or _EMPTY).body for code in inside):
        return None
    return parts


def _parts(lines: list[str]) -> list[tuple[int, int, bool]]:
    parts, start, fence, is_python = [], 1, "", False
    for number, line in enumerate(lines, 1):
        match = _FENCE.match(line)
        if match is None or (fence and not (match[1].startswith(fence) and not match[2].strip())):
            continue
        parts.append((start, number - 1, bool(fence) and is_python))
        fence, is_python = ("", False) if fence else (match[1], bool(_PYTHON.match(match[2])))
        start = number + 1
    parts.append((start, len(lines), bool(fence) and is_python))
    return [part for part in parts if part[0] <= part[1]]


def _after(prompt: re.Pattern[str], line: str) -> str:
    match = prompt.match(line)
    return line[match.end() :] if match else ""


def _ipython_code(lines: list[str]) -> list[str]:
    code, in_block = [], False
    for line in lines:
        if match := _IN.match(line):
            rest = line[match.end() :]
            # A prompt on a line of its own is a copied notebook: its code has no prompts of its own.
            in_block = not rest.strip()
            code.append(rest)
        elif _MORE.match(line):
            code.append(_after(_MORE, line))
        elif _OUT.match(line):
            in_block = False
            code.append("")
        else:
            code.append(line if in_block else "")
    return code


def _without_prose(broken: Readable, name: str) -> Readable | None:
    """Take out the paragraphs that are clearly prose; None if what remains is no Python either."""
    lines, prose = broken.text.split("\n"), []
    starts = _statement_starts(lines)
    error: Unreadable | None = broken.error
    for _ in range(min(PROSE_ATTEMPTS, PROSE_CHARACTERS // max(1, len(broken.text)))):
        line = _prose_begins(error, lines, starts)
        if line is None:
            return None
        last = line
        while last < len(lines) and _continues_prose(lines[last]):
            last += 1
        prose.append("\n".join(lines[line - 1 : last]))
        lines[line - 1 : last] = [""] * (last - line + 1)
        again = parse("\n".join(lines), name)
        if again.tree is not None:
            again.notes, again.prose = broken.notes, prose
            return again
        error = again.error
    return None


def _prose_begins(error: Unreadable | None, lines: list[str], starts: list[bool]) -> int | None:
    """The line on which the prose begins that an error was found in; None when the error is one of code."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    while line is not None and 1 <= line <= len(lines) and starts[line - 1]:
        if _is_prose(lines[line - 1]):
            return line
        if not _continues_prose(lines[line - 1]):
            break
        line -= 1
    return None


def _statement_starts(lines: list[str]) -> list[bool]:
    scanner, starts = Scanner(), []
    for line in lines:
        is_prose = scanner.at_start and _is_prose(line)
        starts.append(scanner.at_start)
        # An apostrophe or a smiley in prose opens no string and no bracket.
        if not is_prose:
            scanner.feed(line)
    return starts


def _is_prose(line: str) -> bool:
    """Whether a line is natural language beyond doubt: code with a mistake in it must stay code."""
    if not line.strip() or line[0] in " \t" or _ASCII_KEYWORD.match(line):
        return False
    bare = _STRING.sub("", line)
    if "=" in bare:
        return False
    return bool(_WORDS.search(bare)) or len(_IDEOGRAPH.findall(bare)) >= 6


def _continues_prose(line: str) -> bool:
    if not line.strip() or line[0] in " \t#@" or _ASCII_KEYWORD.match(line):
        return False
    return parse(line, "<line>").tree is None and "=" not in _STRING.sub("", line)
