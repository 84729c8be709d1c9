"""Mutants: every kind of mistake is made, one at a time, and each mutant is a program that differs."""

import ast

import pytest

from grader.errors import PackError
from grader.packcheck.mutants import equivalents_of, mutants_of, try_mutants
from grader.packcheck.summary import Mutation
from tests.support.small_pack import report_of, small_pack


def lines(source):
    """The changed lines of all mutants of a source."""
    return {mutant.added for mutant in mutants_of(source)}


@pytest.mark.parametrize(("source", "mutant"), [
    ("a = b + c", "a = (b - c)"), ("a = b * (c + d)", "a = (b / (c + d))"), ("a = (b + c) * d", "a = ((b - c)) * d"),
    ("a = b ** c", "a = (b * c)"), ("a = b @ c", "a = (b * c)"), ("a += b", "a -= b"), ("a += b", "a = b"),
    ("a = -b", "a = (b)"), ("a = b < c", "a = (b <= c)"), ("a = b < c", "a = (b > c)"),
    ("a = b is None", "a = (b is not None)"), ("a = b and c", "a = (b or c)"), ("a = not b", "a = (b)"),
    ("a = 3", "a = 4"), ("a = 3", "a = 2"), ("a = 0.5", "a = 1.0"), ("a = 'text'", 'a = ""'),
    ("y.backward(retain_graph=True)", "y.backward(retain_graph=False)"),
    ("y.backward(retain_graph=True)", "y.backward()"),
    ("g = grad(y, x, create_graph=True)", "g = grad(y, x)"), ("g = grad(y, x)", "g = grad(x, y)"),
    ("g = grad(a=1, b=2)", "g = grad(b=2)"),
    ("x.grad.zero_()", "pass"), ("x.grad = None", "pass"), ("y = f(x)", "y = (f(x)).detach()"),
    ("y = torch.sin(x)", "y = torch.cos(x)"), ("y = x.sum()", "y = x.mean()"), ("y = x.detach()", "y = x.clone()"),
    ("f = g(torch.sin)", "f = g(torch.cos)"), ("def f(x):\n    return x * 2", "return None"),
    ("def f(x):\n    return x * 2", "return -(x * 2)"), ("if a:\n    b()\nelse:\n    c()", "if (not (a)):"),
    ("while a:\n    a = b()", "while (not (a)):"), ("a = b if c else d", "a = b if (not (c)) else d"),
    ("try:\n    f()\nexcept RuntimeError:\n    pass", "except KeyError:"),
    ("plot(x, label='a'); plot(y, label='b')", "plot(x, label='b'); plot(y, label='b')"),
    ("名字 = '中文'; a = b + c", "名字 = '中文'; a = (b - c)"),
])  # fmt: skip
def test_each_kind_of_mistake_is_made(source, mutant):
    assert mutant in lines(source)


def test_every_mutant_compiles_differs_and_comes_once():
    source = "import torch\n\ndef f(x):\n    y = 2 * x + 1\n    return y.sum() if x.dim() else y\n"
    mutants = mutants_of(source)

    trees = [ast.dump(ast.parse(mutant.source)) for mutant in mutants]
    assert len(trees) > 10
    assert len(set(trees)) == len(trees)
    assert ast.dump(ast.parse(source)) not in trees


def test_a_mutant_differs_in_one_place_and_keeps_comments():
    source = "a = 1  # one\n\n\nb = [  # two\n    2,\n]\n"

    for mutant in mutants_of(source):
        assert ("# one" in mutant.source) or mutant.line == 1
        assert mutant.source.splitlines()[: mutant.line - 1] == source.splitlines()[: mutant.line - 1]


@pytest.mark.parametrize("source", [
    '"""A docstring."""\n', 'def f():\n    """A docstring."""\n', "import torch\n", "x: int\n",
    'if __name__ == "__main__":\n    print(1 + 2)\n',
])  # fmt: skip
def test_what_answers_nothing_is_left_alone(source):
    assert mutants_of(source) == []


def test_the_inside_of_an_f_string_is_left_alone():
    assert lines('a = f"{b + 1}"') == {"pass"}


def graded(tmp_path, survivors, **changes):
    """The mutants of the template's solution, of which those in `survivors` (by their changed line) lose nothing."""
    pack = small_pack(tmp_path)

    class Engine:
        def grade(self, pack, submission, seed=None):
            survives = any(line in submission.source for line in survivors)
            return report_of(pack, {} if survives else {"gradient_is_right": "wrong-gradient"}, seed, **changes)

    mutants = mutants_of((pack.path / "solution.py").read_text(encoding="utf-8"))
    mutation = Mutation(tuple(try_mutants(Engine(), pack, mutants)))
    return mutation, [entry.key for entry in mutation.complaints(pack)]


def test_a_survivor_with_a_reason_is_equivalent(tmp_path):
    mutation, complaints = graded(tmp_path, ["return (slope).detach()"])

    assert (mutation.equivalent, mutation.score, complaints) == (1, 1.0, [])
    assert mutation.killed == len(mutation.trials) - 1


def test_a_survivor_without_a_reason_is_told_and_lowers_the_score(tmp_path):
    mutation, complaints = graded(tmp_path, ["return (slope).detach()", "return None"])

    assert complaints == ["mutant-survives", "mutant-survives", "mutation-score-low"]
    assert {trial.mutant.added for trial in mutation.survivors if not trial.reason} == {"return None"}
    assert mutation.score < 0.95


def test_a_reason_for_a_mutant_that_is_killed_is_told(tmp_path):
    _, complaints = graded(tmp_path, [])

    assert complaints == ["equivalent-unused"]


def test_a_mutant_that_breaks_a_check_is_not_killed(tmp_path):
    mutation, _ = graded(tmp_path, [], status="broken_pack")

    assert mutation.killed == 0


@pytest.mark.parametrize("entry", [
    'line = "a"', 'reason = "b"', 'line = "a"\nreason = " "', 'line = "a"\nreason = "b"\nwhy = "c"',
    'line = "a"\nreason = "b"\nbecomes = 1',
])  # fmt: skip
def test_an_entry_without_a_line_or_a_reason_is_refused(tmp_path, entry):
    (tmp_path / "equivalent_mutants.toml").write_text(f"[[equivalent]]\n{entry}\n", encoding="utf-8")

    with pytest.raises(PackError):
        equivalents_of(tmp_path)
