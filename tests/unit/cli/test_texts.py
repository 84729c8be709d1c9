"""The catalogue is whole in both languages, everything in it is used, and the language is chosen as it should be."""

import re
import string
from pathlib import Path

import pytest

import grader.cli
from grader import doctor
from grader.cli.terminal import json_line, one_line, plain
from grader.cli.texts import LOCALES, Texts, catalogue, in_both, locale_of_arguments, locale_of_environment

SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in [*Path(grader.cli.__path__[0]).glob("*.py"), Path(doctor.__file__)]
)


@pytest.mark.parametrize("entries", [catalogue(), doctor._catalogue()], ids=["cli", "doctor"])
def test_every_entry_has_both_languages_with_the_same_blanks(entries):
    for key, entry in entries.items():
        assert set(entry) == set(LOCALES), key
        blanks = [{name for _, name, _, _ in string.Formatter().parse(entry[locale]) if name} for locale in LOCALES]
        assert blanks[0] == blanks[1], key
        assert all(entry[locale].strip() for locale in LOCALES), key


def test_chinese_sentences_are_chinese():
    same = {key for key, entry in catalogue().items() if entry["en"] == entry["zh"]}
    untranslated = {key for key, entry in catalogue().items() if not re.search("[\u4e00-\u9fff（）：]", entry["zh"])}

    assert not same
    assert not untranslated


@pytest.mark.parametrize("entries", [catalogue(), doctor._catalogue()], ids=["cli", "doctor"])
def test_no_entry_is_left_over(entries):
    built = ("verdict-", "visibility-", "batch-", "help-")
    unused = [key for key in entries if not re.search(f"[\"']{key}[\"']", SOURCES) and not key.startswith(built)]

    assert not unused


def test_a_sentence_takes_a_student_s_braces_as_text():
    assert Texts("en")("no-such-file", name="{x.__class__}") == "There is no file “{x.__class__}”."
    assert set(in_both("stopped")) == set(LOCALES)


@pytest.mark.parametrize(("environment", "locale"), [
    ({}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh"}, "zh"), ({"LANG": "C"}, "en"),
    ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US"}, "en"), ({"LC_MESSAGES": "zh_TW", "LANG": "en"}, "zh"),
    ({"LC_ALL": "de_DE", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}, "en"), ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
    ({"LC_ALL": "ZH_HANS", "LANG": "en"}, "zh"),
])  # fmt: skip
def test_the_environment_chooses_the_language_as_for_other_commands(environment, locale):
    assert locale_of_environment(environment) == locale


@pytest.mark.parametrize(("arguments", "locale"), [
    ([], None), (["grade", "--locale", "zh"], "zh"), (["--locale=en"], "en"), (["--locale"], None),
    (["--locale", "fr"], None), (["--", "--locale", "zh"], None),
])  # fmt: skip
def test_the_option_is_found_before_parsing(arguments, locale):
    assert locale_of_arguments(arguments) == locale


@pytest.mark.parametrize(("text", "shown"), [
    ("plain ASCII, 中文 and é", "plain ASCII, 中文 and é"), ("a\tb", "a    b"), ("a\r\nb", "a\nb"),
    ("\x1b[31m", "\\x1b[31m"), ("\x9b2J", "\\x9b2J"), ("a\u202eb", "a\\u202eb"), ("\ud800", "\\ud800"),
    ("\U000e0041", "\\U000e0041"), ("👩\u200d🔬", "👩\u200d🔬"), ("\x7f", "\\x7f"), ("\u2028", "\\u2028"),
])  # fmt: skip
def test_what_is_not_to_be_seen_is_written_out(text, shown):
    assert plain(text) == shown


def test_one_line_is_one_line():
    assert one_line("a\nb\r\nc") == "a b c"


def test_json_has_no_number_that_json_does_not_know():
    assert json_line({"a": [float("nan"), (1.5, float("-inf"))]}) == '{"a": [null, [1.5, null]]}'
