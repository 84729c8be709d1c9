"""What the service says exists in both languages, is said somewhere, and has the same blanks."""

import re
import string
from pathlib import Path

import pytest

from submissions.texts import LOCALES, area, catalogue, one_line, text, visible

ROOT = Path(__file__).parents[3]
QUOTED = re.compile(r"""["']([a-z]+\.[a-z0-9_]+)["']""")
# A key that is put together ends in the code with "_" or with the dot: "web.theme_" ~ theme.
BEGINNING = re.compile(r"""["']([a-z]+\.(?:[a-z0-9_]+_)?)["'{]|f["']([a-z]+\.(?:[a-z0-9_]*_)?)\{""")
CALLED = re.compile(r"""\b(?:t|tell|text)\(\s*["']([a-z]+\.[a-z0-9_]+)["']""")
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def sources():
    """Everything that may name a key."""
    paths = [path for kind in ("py", "html") for path in (ROOT / "submissions").rglob(f"*.{kind}")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def blanks(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_sentence_is_in_every_language_with_the_same_blanks():
    for key, entry in catalogue().items():
        assert set(entry) == set(LOCALES), key
        assert all(sentence.strip() for sentence in entry.values()), key
        assert len({frozenset(blanks(sentence)) for sentence in entry.values()}) == 1, key


def test_the_chinese_is_chinese_and_the_english_is_not():
    for key, entry in catalogue().items():
        assert not CHINESE.search(entry["en"]), key
        assert CHINESE.search(entry["zh"]) or not re.search("[a-z]{4}", re.sub(r"{.*?}", "", entry["zh"])), key


def test_every_key_that_is_said_exists(sources):
    assert not {key for key in CALLED.findall(sources) if not key.endswith("_") and key not in catalogue()}


def test_every_sentence_is_said_somewhere(sources):
    named = set(QUOTED.findall(sources))
    beginnings = tuple({first or second for first, second in BEGINNING.findall(sources)} - {""})
    script = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "frontend/src").rglob("*.js"))
    pieces = set(re.findall(r"say\(`([a-z_]+_)\$", script))  # say(`editor_${key}`)

    def is_said(key):
        if key.startswith("script."):
            name = key.removeprefix("script.")
            return name in script or any(name.removeprefix(piece) in script for piece in pieces)
        return key in named or key.startswith(beginnings)

    assert not [key for key in catalogue() if not is_said(key)]


# Where a refusal raised in one of these modules is put into words; one of any other may meet a student.
SHOWN_IN = {
    "accounts.py": "auth",
    "deciding.py": "regrades",
    "marking.py": "answers",
    "regrades.py": "regrades",
    "roster.py": "setup",
    "roster_import.py": "setup",
    "terms.py": "setup",
}
# Refused("code", ...), and the rules of handing in, which stand in a table: ("code", whether it holds).
REFUSED = re.compile(r"""Refused\(\s*["']([a-z_]+)["']|^ {8}\("([a-z_]+)", """, re.MULTILINE)
# The first brings its own sentence, the others are answered by a page that says so.
WITHOUT_ONE = {"portal: rejected", "answers: mark_changed", "setup: used_invitation"}


def test_every_refusal_has_its_sentence_in_the_area_that_shows_it():
    missing = set()
    for path in (ROOT / "submissions").rglob("*.py"):
        place = SHOWN_IN.get(path.name, "portal")
        tables = path.name == "submitting.py"
        for literal, rule in REFUSED.findall(path.read_text(encoding="utf-8")):
            code = literal or (rule if tables else "")
            if code and not {f"{place}.refused_{code}", f"{place}.{code}"} & set(catalogue()):
                missing.add(f"{place}: {code}")
    assert missing == WITHOUT_ONE


def test_a_sentence_is_filled_and_an_unknown_one_is_an_error():
    assert text("auth.joined", "zh", course="{x} %s <b>") == "你已加入“{x} %s <b>”。"
    assert text("auth.saved", "??") == text("auth.saved", "en")
    assert area("auth", "en")["saved"] == "Saved."
    with pytest.raises(KeyError):
        text("auth.no_such_sentence", "en")


@pytest.mark.parametrize(("words", "shown"), [
    ("Li Hua 李华", "Li Hua 李华"),
    ("a\u202eb", "a\\u202eb"),
    ("a\x1b[31mb", "a\\u001b[31mb"),
    ("two\nlines", "two\\u000alines"),
    ("کتاب\u200cها", "کتاب\u200cها"),
])  # fmt: skip
def test_words_are_shown_so_that_nothing_in_them_is_hidden(words, shown):
    assert visible(words) == shown


def test_a_typed_name_is_one_line_without_hidden_characters():
    assert one_line(" Ann\u202e\n\x1b  Lee\u200b ") == "Ann Lee"
    assert one_line("e\u0301") == "\u00e9"
