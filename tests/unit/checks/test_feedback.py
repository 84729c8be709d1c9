"""The catalogue: both languages for every code, blanks filled, nothing glued from a student's text."""

import ast
import re
from pathlib import Path

import pytest

import grader.checks
from grader.checks.feedback import LOCALES, Catalogue, Diagnosis, blanks_of, diagnose
from grader.errors import PackError

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = Catalogue()

# The codes that exercises are graded with; other tools read them.
CODES = set(
    """
    missing-name raised timeout process-died input-modified explanation-missing first-wrong first-returned
    accumulated full-hessian finite-difference wrong-value wrong-shape not-a-tensor old-grad-not-cleared
    not-autodiff count-chain shared-node-counted-twice report-missing report-differs never-run-twice
    no-error-provoked error-not-returned error-hard-coded graph-rebuilt not-retained no-accumulation
    accumulated-grad-not-returned not-zeroed no-gradient wrong-gradient mean-not-sum one-element-only
    a-is-scalar does-not-differentiate-f ratio-should-match ratio-always-true examples-missing graph-broken
    not-finite grad-not-finite torch-where-is-not-control-flow branch-ignores-values one-branch-only
    unreached-branch grad-wrong analysis-wrong analysis-calls-autograd textbook-example seed-example no-figure
    not-there x-axis-is-the-index x-axis-not-radians constant-curve scaled-curve cos-used phase-shift
    no-backward cos-in-own-backward too-few-points no-legend labels-swapped blocked random-branch
    """.split()
)


def test_every_code_of_the_specification_has_an_entry():
    assert not CODES - CATALOGUE.codes


@pytest.mark.parametrize("code", sorted(CATALOGUE.codes))
def test_an_entry_reads_as_sentences_in_both_languages(code):
    english, chinese = (CATALOGUE.render(code, locale) for locale in LOCALES)
    assert re.search(r"[一-鿿]", chinese.title + chinese.text)
    assert re.search(r"[一-鿿]", chinese.hint)
    assert not re.search(r"[一-鿿]", english.title + english.text + english.hint)
    assert english.text.endswith(".")
    assert chinese.text.endswith("。")


@pytest.mark.parametrize("code", sorted(CATALOGUE.codes))
def test_without_its_numbers_an_entry_has_no_open_blank(code):
    for locale in LOCALES:
        assert "{" not in CATALOGUE.render(code, locale).text.replace("{'first': ..., 'second': ...}", "")


def test_the_students_numbers_fill_the_blanks():
    said = CATALOGUE.render(diagnose("accumulated", ratio=2.0), "en")
    assert "2 times" in said.text


def test_what_a_student_wrote_is_not_read_as_a_template():
    said = CATALOGUE.render(diagnose("raised", detail="KeyError: '{ratio.__class__}'"), "en")
    assert "{ratio.__class__}" in said.text


def test_a_known_exception_comes_with_advice_in_the_students_language():
    said = CATALOGUE.render(diagnose("raised", detail="RuntimeError: x", advice="freed-graph"), "zh")
    assert "retain_graph=True" in said.text
    assert "x" in said.text


def test_an_unknown_code_is_the_packs_fault():
    with pytest.raises(PackError):
        CATALOGUE.render(Diagnosis("no-such-code"))


@pytest.mark.parametrize(
    "entry",
    [
        'title = { en = "a", zh = "b" }\ntext = { en = "a", zh = "b" }',
        'title = { en = "a" }\ntext = { en = "a", zh = "b" }\nhint = { en = "a", zh = "b" }',
        'title = { en = "a", zh = "b" }\ntext = { en = "a", zh = "b" }\nhint = { en = "a", zh = "b" }\nmore = 1',
        'title = { en = "a", zh = "b" }\ntext = { en = "a", zh = "b" }\nhint = { en = "a", zh = "b" }\n'
        'detail = { en = "{x}", zh = "{y}" }',
    ],
    ids=["no hint", "one language", "unknown field", "different blanks"],
)
def test_a_packs_entry_that_is_not_in_order_is_refused(tmp_path, entry):
    (tmp_path / "feedback.toml").write_text(f"[mine]\n{entry}\n", encoding="utf-8")
    with pytest.raises(PackError):
        Catalogue(tmp_path / "feedback.toml")


def test_blanks_are_plain_names():
    assert blanks_of("{got} and {want}") == {"got", "want"}
    with pytest.raises(PackError):
        blanks_of("{got.__class__}")


def code_like_strings(path):
    """Every string in the file that has the form of a code and stands where a diagnosis can."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {"diagnose", "fail", "Diagnosis", "why", "not_repeated"}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.msg is not None:
            found |= {part.value for part in ast.walk(node.msg) if isinstance(part, ast.Constant)}
        if isinstance(node, ast.Call) and node.args and _name(node.func) in names:
            found |= {part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)}
    return {text for text in found if isinstance(text, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+|raised|timeout", text)}


def _name(function):
    return getattr(function, "id", getattr(function, "attr", ""))


FILES = [*Path(grader.checks.__file__).parent.glob("*.py"), *ROOT.glob("exercises/*/checks/test_*.py")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_code_a_check_names_has_an_entry_in_both_languages(path):
    extra = [path.parent.parent / "feedback.toml"] if (path.parent.parent / "feedback.toml").is_file() else []
    assert code_like_strings(path) <= Catalogue(*extra).codes


def test_codes_are_really_found_in_check_files():
    found = code_like_strings(ROOT / "exercises/backward-twice/checks/test_backward_twice.py")
    assert {"explanation-missing", "no-accumulation", "error-hard-coded"} <= found
