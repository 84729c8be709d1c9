"""Lint tells each mistake an author can make in a pack's files, and is silent about a pack in order."""

import pytest

from grader.packcheck.check_files import read_check_file
from grader.packcheck.lint import lint
from grader.packs import load_pack
from tests.support.small_pack import small_pack

CHECKS = "checks/test_small_pack.py"


@pytest.fixture
def pack(tmp_path):
    return small_pack(tmp_path)


def changed(pack, file, old, new):
    path = pack.path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return {(entry.file.partition(":")[0], entry.key) for entry in lint(load_pack(pack.path))}


def test_a_new_pack_is_in_order(pack):
    assert lint(pack) == []


@pytest.mark.parametrize(("file", "old", "new", "where", "key"), [
    (CHECKS, '"not-autodiff"', '"not-autodif"', CHECKS, "code-unknown"),
    (CHECKS, "mean_not_sum", "mean_not_some", CHECKS, "code-unknown"),
    (CHECKS, "            term_forgotten=grad(ONLY_CUBES, x),\n", "", "feedback.toml", None),
    (CHECKS, "def test_gradient_is_right", "def test_gradient_is_rihgt", CHECKS, "test-undeclared"),
    (CHECKS, "def test_gradient_is_right", "def check_gradient", "pack.toml", "test-missing"),
    (CHECKS, "student)", "student", CHECKS, "not-python"),
    ("solution.py", "def f(x):", "def f(x)", "solution.py", "not-python"),
    ("pack.toml", "points = 2\n", "points = 2\ncap = 3\n", "pack.toml", "cap-without-effect"),
    ("pack.toml", "points = 3\n", "points = 0\n", "pack.toml", None),
    ("pack.toml", 'zh = "梯度正确"', 'zh = "The gradient"', "pack.toml", "not-chinese"),
    ("statement.en.md", "# Small pack", "Small pack", "statement.en.md", "no-heading"),
    ("wrong/02_mean.py", "# expect:", "# expects:", "wrong/02_mean.py", "header-missing"),
    ("wrong/02_mean.py", "gradient_is_right", "gradient_right", "wrong/02_mean.py", "header-check-unknown"),
    ("wrong/02_mean.py", "=mean-not-sum", "=mean", "wrong/02_mean.py", "code-unknown"),
    ("wrong/01_formula_by_hand.py", "gradient_comes_from_autodiff", "gradient_is_right", "wrong", "never-fails"),
])  # fmt: skip
def test_each_mistake_is_told_with_its_file(pack, file, old, new, where, key):
    assert ((where, key) in changed(pack, file, old, new)) is (key is not None)


def test_an_entry_that_no_check_gives_is_told(pack):
    (pack.path / "wrong" / "03_term_forgotten.py").unlink()

    assert ("feedback.toml", "code-unused") in changed(
        pack, CHECKS, "            term_forgotten=grad(ONLY_CUBES, x),\n", ""
    )


def test_an_entry_in_one_language_is_told(pack):
    assert ("feedback.toml", "pack-fault") in changed(pack, "feedback.toml", 'zh = "少了一项"', 'zh = ""')


@pytest.mark.parametrize("part", ["statement.zh.md", "starter.py", "solution.py", CHECKS])
def test_a_missing_part_is_told(pack, part):
    (pack.path / part).unlink()

    assert ("checks" if part == CHECKS else part, "part-missing") in {(entry.file, entry.key) for entry in lint(pack)}


def test_too_few_samples_are_told(pack):
    for file in [*pack.path.glob("right/*"), *pack.path.glob("wrong/*")]:
        file.unlink()

    assert {entry.file for entry in lint(pack) if entry.key == "few-samples"} == {"right", "wrong"}


def test_a_code_is_found_wherever_a_check_may_name_it(tmp_path):
    file = tmp_path / "test_codes.py"
    file.write_text(
        '"""A docstring-with-hyphens in prose."""\n'
        'F = fn("x-y")\n'
        "def test_it(student):\n"
        '    assert student.a, "accumulated"\n'
        '    assert student.b, diagnose("blocked", got=1)\n'
        '    assert student.c, why_wrong(1, 2, otherwise="wrong-value", mean_not_sum=3, precision=4)\n'
        '    assert student.d, answer.why("raised" if student.e else "not-there")\n'
        '    fail("timeout")\n',
        encoding="utf-8",
    )

    codes = {code.name for code in read_check_file(file).codes}

    assert {"accumulated", "blocked", "wrong-value", "mean-not-sum", "not-there", "timeout"} <= codes
    assert not codes & {"x-y", "precision"}
