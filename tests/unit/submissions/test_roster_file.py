"""A class list is read as people have it, and what is wrong with a line is told of that line."""

import pytest

from submissions.dashboard.setup.roster_file import NoRosterError, decode, read_roster
from submissions.store.roster_import import MOST_LINES

CHINESE = "学号,姓名,邮箱,角色\n20270001,李华,li@example.edu,学生\n20270002,王芳,,助教\n"


@pytest.mark.parametrize("content", [
    CHINESE.encode(), CHINESE.encode("utf-8-sig"), CHINESE.encode("utf-16"), CHINESE.encode("gb18030"),
    CHINESE.replace(",", ";").replace("\n", "\r\n").encode(), CHINESE.replace(",", "\t").encode("utf-16"),
])  # fmt: skip
def test_a_list_is_read_as_a_spreadsheet_saves_it(content):
    first, second = read_roster(decode(content))

    assert (first.login, first.name, first.email, first.role, first.fault) == (
        "20270001", "李华", "li@example.edu", "student", "",
    )  # fmt: skip
    assert (second.number, second.role) == (3, "assistant")


def test_columns_are_found_by_their_heads_in_any_order():
    (line,) = read_roster("Email, Full Name ,ignored,Username\nada@x.org,Ada,z,Ada.L\n")

    assert (line.login, line.name, line.email, line.role) == ("ada.l", "Ada", "ada@x.org", "")


@pytest.mark.parametrize(("row", "fault"), [
    (",Ada,,", "no_login"),
    ("a,Ada,,", "wrong_login"),
    ("a b,Ada,,", "wrong_login"),
    ("=cmd,Ada,,", "wrong_login"),
    ("ada,Ada,nowhere,", "wrong_email"),
    ("ada,Ada,,admin", "wrong_role"),
    ("ada,Ada,,professor", "wrong_role"),
    (f"ada,{'x' * 101},,", "long_name"),
    ("ada", ""),
    ("ada,Ada,a@b.org,Teacher", ""),
])  # fmt: skip
def test_what_is_wrong_with_a_line_is_told_of_it(row, fault):
    assert [line.fault for line in read_roster(f"login,name,email,role\n{row}\nok,Ok,,\n")] == [fault, ""]


def test_names_hold_nothing_that_can_not_be_seen():
    (line,) = read_roster('login,name\nada,"A\u202eda\nL"\n')

    assert line.name == "A da L"


@pytest.mark.parametrize(("words", "code"), [
    ("", "empty"),
    ("\n \n", "empty"),
    ("login,name\n", "empty"),
    ("name,email\nAda,a@b.org\n", "no_login_column"),
    ("login\n" + "ada\n" * (MOST_LINES + 1), "too_many_lines"),
    ("login\n" + "a" * 1_000_001, "too_large"),
])  # fmt: skip
def test_what_is_no_list_is_refused_in_words(words, code):
    with pytest.raises(NoRosterError) as refused:
        read_roster(words)
    assert refused.value.code == code


def test_a_spreadsheet_itself_is_no_list():
    with pytest.raises(NoRosterError):
        read_roster(decode(b"PK\x03\x04" + bytes(range(256)) * 4))
