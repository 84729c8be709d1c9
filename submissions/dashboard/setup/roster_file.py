"""A class list as people have them: CSV of any spreadsheet in any of its habits, with heads in English or Chinese."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from submissions.auth.forms import email_fault
from submissions.store.accounts import NAME_CHARACTERS, ROLES, folded, is_login
from submissions.store.roster_import import MOST_LINES, Line
from submissions.texts import one_line

HEADS = {
    "login": (
        "login", "username", "user name", "sis login id", "student id", "user", "id", "学号", "登录名", "用户名",
        "账号", "工号",
    ),
    "name": ("name", "full name", "student", "姓名", "名字"),
    "email": ("email", "e-mail", "email address", "mail", "邮箱", "电子邮箱", "电子邮件"),
    "role": ("role", "角色", "身份"),
}  # fmt: skip
ROLE_WORDS = {
    **{role: role for role in ROLES},
    "学生": "student", "助教": "assistant", "教师": "instructor", "老师": "instructor",
    "ta": "assistant", "teacher": "instructor",
}  # fmt: skip
MOST_BYTES = 1_000_000
CELL_CHARACTERS = 1000


class NoRosterError(Exception):
    """The file is no class list; `code` is the last part of the sentence's key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 where it says so, or as a Chinese Excel saves it. Raises NoRosterError."""
    if len(content) > MOST_BYTES:
        raise NoRosterError("too_large")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(content, "utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(content, "gb18030")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NoRosterError("not_text") from error


def read_roster(words: str) -> list[Line]:
    """The lines of a list, each with what is wrong with it. Raises NoRosterError."""
    if len(words) > MOST_BYTES:
        raise NoRosterError("too_large")
    rows = _rows(words.removeprefix("\ufeff").replace("\0", ""))
    if not rows:
        raise NoRosterError("empty")
    places = _places(rows[0][1])
    if "login" not in places:
        raise NoRosterError("no_login_column")
    if len(rows) - 1 > MOST_LINES:
        raise NoRosterError("too_many_lines")
    lines = [_line(number, row, places) for number, row in rows[1:]]
    if not lines:
        raise NoRosterError("empty")
    return lines


def _rows(words: str) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, with the numbers of their lines. The separator that the first line has most counts."""
    head = next((line for line in words.splitlines() if line.strip()), "")
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=separator)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise NoRosterError("not_text") from error


def _places(head: Sequence[str]) -> dict[str, int]:
    words = [one_line(cell[:CELL_CHARACTERS]).casefold() for cell in head]
    return {
        name: next(words.index(known) for known in accepted if known in words)
        for name, accepted in HEADS.items()
        if any(known in words for known in accepted)
    }


def _line(number: int, row: Sequence[str], places: Mapping[str, int]) -> Line:
    cells = {name: row[place].strip()[:CELL_CHARACTERS] if place < len(row) else "" for name, place in places.items()}
    login, name = folded(_plain(cells["login"])), one_line(_plain(cells.get("name", "")))
    email, role_word = one_line(cells.get("email", "")), cells.get("role", "").casefold()
    role = ROLE_WORDS.get(role_word, "")
    faults = (
        ("no_login", not login),
        ("wrong_login", not is_login(login)),
        ("long_name", len(name) > NAME_CHARACTERS),
        ("wrong_email", email_fault(email) is not None),
        ("wrong_role", bool(role_word) and not role),
    )
    fault = next((code for code, found in faults if found), "")
    return Line(number, login[:64], name[:NAME_CHARACTERS], email[:254], role, fault)


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from calculating."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell
