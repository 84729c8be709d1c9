"""What may be handed in, and what is refused in which words."""

import json

import pytest

from grader.errors import SubmissionRejected
from grader.sentences import sentence
from grader.submission import submission_from_bytes


def refusal(content: bytes, name: str = "a.py") -> str:
    with pytest.raises(SubmissionRejected) as caught:
        submission_from_bytes(content, name)
    assert all(sentence(caught.value.code, **caught.value.detail).values())
    assert "{" not in "".join(sentence(caught.value.code, **caught.value.detail).values())
    return caught.value.code


def test_a_file_larger_than_a_megabyte_is_refused_before_it_is_read_as_anything():
    assert refusal(b"#" * 1_000_001) == "too-large"
    assert submission_from_bytes(b"#" * 1_000_000, "a.py").kind == "py"


def test_bytes_that_are_no_text_are_refused():
    assert refusal(b"\x89PNG\r\n\x1a\n") == "not-text"
    assert refusal("x = '中文'".encode("gbk")) == "not-text"


def test_a_nul_byte_is_refused_with_its_place():
    assert refusal(b"x = 1\0") == "nul-byte"


@pytest.mark.parametrize("content", [b"x = 1", b"[]", b"{}", b'{"cells": 3}', b'{"cells": [1]}', b"[" * 100_000])
def test_a_notebook_that_is_none_is_refused(content):
    assert refusal(content, "a.ipynb") == "not-a-notebook"


def test_a_notebook_is_known_by_its_content_whatever_it_is_called():
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}], "nbformat": 4}).encode()
    assert {submission_from_bytes(notebook, name).kind for name in ("a.ipynb", "a.py", "-", "a.txt")} == {"ipynb"}
    old = json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": "x"}]}], "nbformat": 3}).encode()
    assert submission_from_bytes(old, "old.ipynb").kind == "ipynb"


def test_a_dict_at_the_top_of_a_program_is_not_taken_for_a_notebook():
    assert submission_from_bytes(b'{"cells": []}["cells"]\nx = 1', "a.py").kind == "py"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_that_editors_write_are_understood(encoding):
    assert submission_from_bytes("标题 = '中文'\n".encode(encoding), "a.py").source == "标题 = '中文'\n"


@pytest.mark.parametrize("codec", ["idna", "undefined", "punycode", "unicode_escape", "utf-7", "zlib", "no-such-codec"])
def test_a_declared_encoding_that_gives_no_text_is_refused(codec):
    # "+2AA-" and the escape are halves of surrogate pairs, which no text has.
    assert refusal(f"# coding: {codec}\nx.xn--a9.".encode() + b"\xff = '\\ud800'") == "not-text"


def test_a_nul_that_an_encoding_hides_is_refused():
    assert refusal(b"# coding: unicode_escape\n# \xff\nx = '\\x00'") == "nul-byte"


def test_a_declared_encoding_is_honoured():
    text = "# -*- coding: gbk -*-\nx = '中文'\n"
    assert submission_from_bytes(text.encode("gbk"), "a.py").source == text
