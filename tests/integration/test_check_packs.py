"""A new pack is in order from its first moment, and one sabotaged check in it is found out; on the real engine."""

import json

import pytest
from click.testing import CliRunner

from grader.cli.main import command_line
from grader.packcheck.scaffold import new_pack

CHECKS = "checks/test_new_one.py"


def check_packs(pack, *options):
    result = CliRunner().invoke(command_line("en"), ["check-packs", str(pack), "--json", *options])
    record = json.loads(result.stdout)
    return result.exit_code, record["packs"][0]


@pytest.fixture
def pack(tmp_path):
    return new_pack("new-one", tmp_path)


def test_a_new_pack_is_in_order_and_its_checks_kill_every_mutant(pack):
    status, result = check_packs(pack, "--mutants")

    assert result["complaints"] == []
    assert status == 0
    assert result["mutation"]["score"] == 1
    assert result["mutation"]["killed"] > 15


@pytest.mark.parametrize(("old", "new", "told"), [
    ("assert answer.returns(mark * grad(F, x))", "assert answer.value is not None", "01_formula_by_hand.py"),
    ("mean_not_sum=want / x.numel()", "mean_not_sum=want / 7", "02_mean.py"),
    ("want = grad(F, x)", "want = 2 * grad(F, x)", "solution.py"),
    ("for shape in ((4,), (2, 3)):", "for shape in ():", "empty file"),
    ("with student.marked() as mark:", "with student.marked() as makr:", "NameError"),
    ("x = rand(5)", 'x = rand(5)\n    assert False, diagnose("not-autodiff", seen=x.tolist())', "01_backward.py"),
])  # fmt: skip
def test_a_sabotaged_check_is_found_out(pack, old, new, told):
    path = pack / CHECKS
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    status, result = check_packs(pack)

    assert status == 3
    assert any(told in f"{entry['file']} {entry['text']}" for entry in result["complaints"])


def test_feedback_that_tells_the_expected_value_is_found_out(pack):
    feedback = pack / "feedback.toml"
    words = '[told]\ntitle = { en = "T", zh = "题" }\ntext = { en = "T", zh = "题" }\nhint = { en = "T", zh = "题" }\n'
    detail = 'detail = { en = "It is {want}.", zh = "应为 {want}。" }\n'
    feedback.write_text(feedback.read_text(encoding="utf-8") + words + detail, encoding="utf-8")
    path = pack / CHECKS
    text = path.read_text(encoding="utf-8").replace(
        "        answer = student.gradient(x).checked\n",
        "        answer = student.gradient(x).checked\n"
        '        assert close(answer.raw, want) or answer.raw is None, diagnose("told", want=shown(want))\n',
    )
    path.write_text(text, encoding="utf-8")

    _, result = check_packs(pack)

    assert any("expected value" in entry["text"] for entry in result["complaints"])
