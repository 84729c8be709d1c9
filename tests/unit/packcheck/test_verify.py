"""Every way in which a sample can get something else than it must is complained about, with the file and the seed."""

import pytest

from grader.packcheck.complaints import catalogue, complaint, merged
from grader.packcheck.summary import Confusion
from grader.packcheck.verify import SEEDS, complaints_of, gradings_of, verify
from tests.support.small_pack import DeclaredEngine, report_of, result, small_pack

RIGHT = "gradient_is_right"
AUTODIFF = "gradient_comes_from_autodiff"


@pytest.fixture
def pack(tmp_path):
    return small_pack(tmp_path)


def complaints(pack, answers):
    outcomes = verify(DeclaredEngine(pack, answers), pack, every_seed=True)
    return Confusion.of(outcomes), complaints_of(outcomes)


def keys(found):
    return {(entry.file, entry.key) for entry in found}


@pytest.mark.parametrize("every_seed", [False, True])
def test_a_pack_in_order_has_no_complaint_and_right_answers_meet_every_seed(pack, every_seed):
    engine = DeclaredEngine(pack)
    outcomes = verify(engine, pack, every_seed=every_seed)

    assert complaints_of(outcomes) == []
    assert len(outcomes) == gradings_of(pack, every_seed=every_seed) == len(set(engine.calls))
    for kind, thorough in (("right", True), ("mute", True), ("wrong", every_seed)):
        files = {outcome.sample.name for outcome in outcomes if outcome.kind == kind}
        seeds = [outcome.seed for outcome in outcomes if outcome.kind == kind]
        assert set(seeds) == set(SEEDS)
        assert len(seeds) == len(files) * (len(SEEDS) if thorough else 1)
    found = Confusion.of(outcomes)
    assert (found.right, found.full_marks, found.false_fails) == (3, 3, 0)
    assert (found.wrong, found.as_declared, found.right_diagnosis, found.false_passes) == (4, 4, 4, 0)


def test_a_right_answer_that_fails_under_one_seed_is_a_false_fail(pack):
    confusion, found = complaints(
        pack, {"01_backward.py": lambda pack, seed: report_of(pack, {RIGHT: "accumulated"} if seed == 2 else {}, seed)}
    )

    assert keys(found) == {("right/01_backward.py", "right-fails")}
    assert {entry.seed for entry in found} == {2}
    assert (confusion.full_marks, confusion.false_fails) == (2, 1)


def test_a_wrong_answer_that_passes_is_a_false_pass(pack):
    confusion, found = complaints(pack, {"02_mean.py": lambda pack, seed: report_of(pack, {}, seed)})

    assert keys(found) == {("wrong/02_mean.py", "wrong-passes"), ("wrong/02_mean.py", "wrong-score")}
    assert (confusion.as_declared, confusion.right_diagnosis, confusion.false_passes) == (3, 3, 1)


def test_another_diagnosis_counts_against_the_share_of_right_ones_only(pack):
    confusion, found = complaints(
        pack, {"02_mean.py": lambda pack, seed: report_of(pack, {RIGHT: "wrong-gradient"}, seed)}
    )

    assert keys(found) == {("wrong/02_mean.py", "wrong-diagnosis")}
    assert (confusion.right_diagnosis, confusion.false_passes, confusion.false_fails) == (3, 0, 0)


def test_a_failure_that_was_not_declared_is_told(pack):
    failures = {RIGHT: "mean-not-sum", AUTODIFF: "not-autodiff"}
    _, found = complaints(pack, {"02_mean.py": lambda pack, seed: report_of(pack, failures, seed)})

    assert keys(found) == {("wrong/02_mean.py", "wrong-undeclared")}


def test_a_starter_must_fail_and_fail_kindly(pack):
    _, easy = complaints(pack, {"starter.py": lambda pack, seed: report_of(pack, {}, seed)})
    crash = result(pack.checks[0], "crashed", "process-died")
    _, harsh = complaints(pack, {"starter.py": lambda pack, seed: report_of(pack, {RIGHT: crash}, seed)})

    assert keys(easy) == {("small-pack/starter.py", "starter-full-marks")}
    assert keys(harsh) == {("small-pack/starter.py", "starter-unkind")}


def test_a_check_that_passes_on_an_empty_file_is_told(pack):
    _, found = complaints(pack, {"empty.py": lambda pack, seed: report_of(pack, {AUTODIFF: "not-autodiff"}, seed)})

    assert [(entry.key, dict(entry.blanks)["check"]) for entry in found] == [("empty-passes", RIGHT)] * len(SEEDS)


def test_a_failure_without_words_in_one_language_is_told(pack):
    silent = result(pack.checks[0], "failed", "no-gradient", feedback={"en": "No.", "zh": " "})
    _, found = complaints(pack, {"starter.py": lambda pack, seed: report_of(pack, {RIGHT: silent}, seed)})

    assert [(entry.key, dict(entry.blanks)["locale"]) for entry in found] == [("no-feedback", "zh")] * len(SEEDS)


def test_a_broken_check_is_told_with_its_fault(pack):
    broken = result(pack.checks[0], "broken", detail={"fault": "NameError: naem"})
    answer = {"03_term_forgotten.py": lambda pack, seed: report_of(pack, {RIGHT: broken}, seed, status="broken_pack")}
    _, found = complaints(pack, answer)

    assert keys(found) == {("wrong/03_term_forgotten.py", "check-broken")}
    assert "NameError: naem" in found[0].text("en")


def test_a_pack_that_can_t_grade_its_solution_says_so_once(pack):
    broken = {"solution.py": lambda pack, seed: report_of(pack, {}, seed, status="broken_pack", checks=(), fault="no")}
    _, found = complaints(pack, broken)

    assert keys(found) == {("small-pack/solution.py", "not-graded")}
    assert len(found) == 1


@pytest.mark.parametrize(("words", "key"), [
    ("see {path}/checks", "leaks-path"), ("in test_small_pack.py, line 3", "leaks-path"),
    ("term_forgotten=grad(ONLY_CUBES, x),", "leaks-source"),
])  # fmt: skip
def test_feedback_that_shows_a_hidden_text_is_told(pack, words, key):
    told = {"en": words.format(path=pack.path), "zh": "有错误。"}
    leaking = result(pack.checks[0], "failed", "mean-not-sum", feedback=told)
    _, found = complaints(pack, {"02_mean.py": lambda pack, seed: report_of(pack, {RIGHT: leaking}, seed)})

    assert keys(found) == {("wrong/02_mean.py", key)}


def test_feedback_that_depends_on_the_hidden_input_is_told(pack):
    def answer(pack, seed):
        told = {"en": f"The right value is {seed / 7:.3f}.", "zh": "有错误。"}
        return report_of(pack, {RIGHT: result(pack.checks[0], "failed", "no-gradient", feedback=told)}, seed)

    _, found = complaints(pack, {"mute.py": answer})

    assert keys(found) == {("checks", "leaks-value")}


def test_one_complaint_stands_for_all_its_seeds():
    same = [complaint("a.py", "wrong-passes", seed, check="c", declared="d") for seed in (3, 1)]
    other = complaint("b.py", "starter-full-marks")

    assert [(entry.complaint.file, entry.seeds) for entry in merged([*same, other])] == [("a.py", (1, 3)), ("b.py", ())]


def test_every_sentence_has_both_languages_with_the_same_blanks():
    import string

    for key, sentence in catalogue().items():
        blanks = [{name for _, name, _, _ in string.Formatter().parse(sentence[locale])} for locale in ("en", "zh")]
        assert blanks[0] == blanks[1], key
        assert sentence["en"] != sentence["zh"], key
