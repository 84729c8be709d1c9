"""Code as it is read: every line has its number, errors stand at their line, and nothing hides or runs."""

import json
import time
from types import SimpleNamespace

import pytest

from grader.report import StudentError
from submissions.portal.codeview import code_of, code_view, without_place
from submissions.portal.plain import cut, marked, plain


def error(line, cell=None):
    return StudentError("ValueError", "bad", cell, line, None, None, "")


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells]})


def text_of(view):
    return [line.html.striptags() for cell in view.cells for line in cell.lines]


def test_every_line_is_numbered_as_python_counts_it():
    (cell,) = code_view("import torch\r\n\r\nx = '''a\nb'''\n", "py").cells
    assert [line.number for line in cell.lines] == [1, 2, 3, 4]
    assert [line.anchor for line in cell.lines][:2] == ["L1", "L2"]
    assert text_of(code_view("x = '''a\nb'''", "py")) == ["x = '''a", "b'''"]


def test_errors_stand_at_their_line_also_where_a_plain_file_has_cells():
    one, two = error(2, cell=3), error(99)
    view = code_view("a = 1\nb = 2\n", "py", [one, two])
    assert [line.errors for line in view.cells[0].lines] == [(), (one,)]
    assert without_place([one, two], view) == [two]


def test_lines_of_a_notebook_count_in_their_code_cell():
    source = notebook(("markdown", "# <script>"), ("code", ["x = 1\n", "y = 2"]), ("raw", "r"), ("code", "z = 3"))
    wrong, note = error(1, cell=2), SimpleNamespace(cell=1, line=2)
    view = code_view(source, "ipynb", [wrong], [note])
    assert [(cell.kind, cell.number) for cell in view.cells] == [
        ("text", None),
        ("code", 1),
        ("text", None),
        ("code", 2),
    ]
    assert view.cells[1].lines[1].comments == (note,)
    assert view.cells[3].lines[0].errors == (wrong,)
    assert view.cells[3].lines[0].anchor == "C2L1"
    assert "<script>" not in str(view.cells[0].lines[0].html)


def test_a_notebook_that_is_none_is_shown_as_text():
    for broken in ("{", "[]", '{"cells": 3}', '{"worksheets": []}', '{"cells": [3]}', "[" * 100_000):
        assert [cell.kind for cell in code_view(broken, "ipynb").cells] == ["text"]


def test_markup_in_code_is_text():
    (cell,) = code_view("x = '<script>alert(1)</script>' # <img onerror=x>", "py").cells
    assert "<script" not in str(cell.lines[0].html)
    assert "<img" not in str(cell.lines[0].html)


def test_what_cannot_be_seen_is_written_out_and_marked():
    (cell,) = code_view("if admin\u202e: # \x1b[31m\u2066 a\u200db \x00\x07", "py").cells
    shown = str(cell.lines[0].html)
    for hidden in "\u202e\x1b\u2066\u200d\x00\x07":
        assert hidden not in shown
    assert '<span class="unseen">\\u202e</span>' in shown
    assert '<span class="unseen">\\x1b</span>' in shown


def test_a_very_long_file_is_cut_and_says_so():
    view = code_view("x = 1\n" * 9000, "py")
    assert sum(len(cell.lines) for cell in view.cells) == 5000
    assert view.left_out == 4000


def test_the_code_of_a_notebook_is_its_code_cells():
    source = notebook(("markdown", "words"), ("code", "x = 1"), ("code", "y = 2"))
    assert code_of(source, "ipynb") == "# In [1]\nx = 1\n\n# In [2]\ny = 2"
    assert code_of("a\r\nb", "py") == "a\nb"


def test_joiners_are_spelling_in_prose_and_marked_in_code():
    assert str(marked("👩\u200d💻")) == "👩\u200d💻"
    assert "unseen" in str(marked("a\u200db", code=True))
    assert plain("a\tb\x1b\ud800") == "a    b\\x1b\\ud800"


def test_a_long_output_is_cut_and_counts_what_is_left_out():
    assert cut("a\nb\nc", 2, 100) == ("a\nb", 1)
    assert cut("a\nb", 5, 100) == ("a\nb", 0)


HOSTILE = {
    "control": "\x01" * 1_000_000,
    "control-between": "a\x01" * 500_000,
    "markup": "<" * 1_000_000,
    "cells": '{"cells":[' + ",".join(["{}"] * 333_000) + "]}",
    "code-cells": '{"cells":[' + ",".join(['{"cell_type":"code","source":"x"}'] * 29_000) + "]}",
    "full-cells": notebook(*[("code", "x+1;" * 14_000)] * 17),
    "blanks": " \n" * 30_000,
    "parentheses": ("(" * 60 + "\n") * 900,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_no_file_makes_its_page_slow_or_huge(source):
    began = time.process_time()
    view = code_view(source, "ipynb" if source.startswith("{") else "py")

    assert time.process_time() - began < 5
    assert sum(len(line.html) for cell in view.cells for line in cell.lines) < 8_000_000


def test_a_very_long_line_is_cut_with_a_sign_and_the_others_are_whole():
    view = code_view(f"a = 1\nb = '{'x' * 900_000}'\nc = 3", "py")
    first, second, third = text_of(view)
    assert (first, third, view.left_out) == ("a = 1", "c = 3", 0)
    assert second.endswith("x…")
    assert len(second) == 2001


def test_lines_that_are_left_out_of_a_notebook_are_counted():
    view = code_view(notebook(*[("code", "x = 1\ny = 2")] * 4000), "ipynb")
    assert sum(len(cell.lines) for cell in view.cells) == 5000
    assert view.left_out == 3000
