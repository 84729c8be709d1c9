"""The page for authors of packs names everything a check may use, and nothing that does not exist."""

import ast
import dataclasses
import re
import tomllib

import pytest

from grader.checks import api
from grader.packs import VISIBILITIES, CheckDeclaration

PAGES = ("docs/writing-a-pack.md", "docs/writing-a-pack.zh.md")
ON_BOTH = pytest.mark.parametrize("page", PAGES)


def vocabulary(text):
    """The code of the first two columns of the tables in the section about the vocabulary, row by row."""
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (chosen,) = (part for part in section if part.startswith(("The vocabulary", "词汇表")))
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", chosen, re.MULTILINE)
    return [(re.findall(r"`([^`]+)`", first), re.findall(r"`([^`]+)`", second)) for first, second in rows]


def members(kind):
    """What an object of this kind offers, with the fields of a dataclass."""
    fields = {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    return fields | set(dir(kind))


@ON_BOTH
def test_every_name_a_check_may_use_is_on_the_page(page, texts):
    named = {
        name for codes, more in vocabulary(texts[page]) for code in codes + more for name in re.findall(r"^\w+", code)
    }

    assert not set(api.__all__) - named, f"not in the tables of {page}"


@ON_BOTH
def test_every_name_on_the_page_exists(page, texts):
    for codes, more in vocabulary(texts[page]):
        for code in codes:
            name, _, member = re.match(r"(\w+)(\.(\w+))?", code).group(1, 2, 3)
            if name == "student":
                assert member in members(api.Student), code
            else:
                assert name in api.__all__, code
        offered = set().union(*(members(getattr(api, code)) for code in codes if code in api.__all__))
        asked = {re.match(r"\.(\w+)", code)[1] for code in more if code.startswith(".")}
        if codes[0] != "FREED":
            assert asked <= offered, (codes, asked - offered)


@ON_BOTH
def test_every_field_of_a_check_is_on_the_page(page, texts):
    listed = set(re.findall(r"^\| `(\w+)` \|", texts[page], re.MULTILINE))

    assert {field.name for field in dataclasses.fields(CheckDeclaration)} <= listed
    assert all(f"`{visibility}`" in texts[page] for visibility in VISIBILITIES)


@ON_BOTH
def test_the_examples_can_be_read(page, texts):
    examples = re.findall(r"```(toml|python)\n(.*?)```", texts[page], re.DOTALL)

    assert {kind for kind, _ in examples} == {"toml", "python"}
    for kind, example in examples:
        assert tomllib.loads(example) if kind == "toml" else ast.parse(example)


def test_both_languages_have_the_same_sections_tables_and_examples(texts):
    def outline(text):
        return [line.split()[0] for line in text.splitlines() if line.startswith(("#", "|", "```"))]

    def code(text):
        return re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE)

    english, chinese = (texts[page] for page in PAGES)
    assert outline(english) == outline(chinese)
    assert code(english) == code(chinese)
    assert [codes for codes, _ in vocabulary(english)] == [codes for codes, _ in vocabulary(chinese)]
