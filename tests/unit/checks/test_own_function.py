"""The student's own function: its paths, its gradient, and what is said about it, on real children."""

import pytest
import torch

from grader.checks import inputs
from grader.checks.functions import fn
from grader.checks.own_answers import why_not_analysis, why_not_gradient, why_not_own_design
from grader.checks.own_function import OwnFunction, nearby
from grader.checks.student import Student
from tests.support.local_worlds import LocalWorlds

EXAMPLES = "examples = [torch.tensor([1., 2.]), torch.tensor([-1., -3.])]"
BRANCHES = "def g(x):\n    if x.sum() > 0:\n        return x ** 2\n    return torch.exp(x)\n"
AUTODIFF = "def grad_g(x):\n    x = x.detach().clone().requires_grad_()\n    g(x).sum().backward()\n    return x.grad\n"


@pytest.fixture
def student():
    inputs.reseed(4, "a_check")
    opened = []

    def hand_in(*parts, examples=EXAMPLES):
        worlds = LocalWorlds("\n".join(["import torch", *parts, examples]))
        opened.append(worlds)
        return Student(worlds, 4, "a_check")

    yield hand_in
    for worlds in opened:
        worlds.close()


def code(reason):
    return None if reason is None else reason.code


def fault(student):
    return code(next((point.fault for point in OwnFunction(student).examples if point.fault is not None), None))


def test_the_gradient_is_that_of_the_sum(student):
    first, second = OwnFunction(student(BRANCHES)).examples
    assert first.gradient.tolist() == [2.0, 4.0]
    assert torch.allclose(second.gradient, torch.exp(second.x))
    assert first.path != second.path


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x * 2", None),
        ("torch.tensor(x.sum().item())", "graph-broken"),
        ("torch.sqrt(x - 1)", "grad-not-finite"),
        ("torch.log(x)", "not-finite"),
        ("x.undefined", "raised"),
        ("None", "not-a-tensor"),
        ("3.0", "graph-broken"),
    ],
)
def test_a_point_without_a_gradient_says_why(student, body, expected):
    assert fault(student(f"def g(x): return {body}\n")) == expected


@pytest.mark.parametrize(
    ("body", "cut"),
    [("x * x.norm()", None), ("x * x.norm().item()", "1"), ("x * x.floor()", None), ("x.abs() + x.relu()", None)],
)
def test_a_way_into_the_value_that_the_graph_misses_is_seen(student, body, cut):
    assert OwnFunction(student(f"def g(x): return {body}\n")).cut_off == cut


@pytest.mark.parametrize(
    ("definition", "values", "ways"),
    [
        (BRANCHES, True, True),
        ("def g(x):\n    if sum(x.tolist()) > 0: return x\n    return x * 2\n", True, True),
        ("def g(x): return torch.where(x > 0, x, 2 * x)\n", False, False),
        ("def g(x):\n    return x if len(x) == 2 else 2 * x\n", False, False),
        ("def g(x):\n    if x[0] < 90: return x * x\n    return x\n", True, False),
        (
            "def g(x):\n    return torch.stack([v if v * (-1) ** i > 0 else 2 * v for i, v in enumerate(x)])\n",
            True,
            True,
        ),
    ],
)
def test_a_path_that_numbers_decide_is_told_from_others(student, definition, values, ways):
    own = OwnFunction(student(definition))
    assert (own.depends_on_values, own.goes_different_ways) == (values, ways)


def test_a_path_that_follows_the_shape_alone_does_so_even_if_numbers_are_printed(student):
    shapes = "examples = [torch.tensor([1., 2.]), torch.tensor([3.])]"
    own = OwnFunction(student("def g(x):\n    print(x)\n    return x if len(x) == 2 else 2 * x\n", examples=shapes))
    assert not own.depends_on_values


def test_chance_is_found_out(student):
    own = OwnFunction(student("import random\ndef g(x):\n    return x if random.random() < 0.5 else 2 * x\n"))
    assert own.is_random
    assert own.wavers
    steady = OwnFunction(student(BRANCHES))
    assert not steady.is_random
    assert not steady.wavers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (AUTODIFF, None),
        (AUTODIFF.replace("sum()", "mean()"), "mean-not-sum"),
        (AUTODIFF.replace("return x.grad", "return 2 * x.grad"), "accumulated"),
        (AUTODIFF.replace("return x.grad", "return x.grad + 1"), "grad-wrong"),
        ("def grad_g(x): return 2 * x if x.sum() > 0 else torch.exp(x)\n", "not-autodiff"),
        ("def grad_g(x): return None\n", "no-gradient"),
    ],
)
def test_the_gradient_by_autodiff(student, body, expected):
    one = student(BRANCHES, body)
    assert code(why_not_gradient(one, OwnFunction(one))) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 2 * x if x.sum() > 0 else torch.exp(x)", None),
        ("return (2 * x if x.sum() > 0 else torch.exp(x)).detach().numpy()", None),
        ("return (2 * x.numpy() if x.sum() > 0 else torch.exp(x))", None),
        ("return 2.001 * x if x.sum() > 0 else torch.exp(x)", "analysis-wrong"),
        ("return 2 * x", "analysis-wrong"),
        ("return 2 * x.sum()", "wrong-shape"),
    ],
)
def test_the_formula(student, body, expected):
    one = student(BRANCHES, f"def analytic_grad(x):\n    {body}\n")
    assert code(why_not_analysis(one, OwnFunction(one))) == expected


def test_a_formula_that_is_autodiff_in_forward_mode_is_none(student):
    forward = "def analytic_grad(x): return torch.func.jvp(g, (x,), (torch.ones_like(x),))[1]\n"
    one = student(BRANCHES, forward)
    assert code(why_not_analysis(one, OwnFunction(one))) == "analysis-calls-autograd"


def test_any_subgradient_is_right_where_an_example_stands_on_a_kink(student):
    one = student(
        "def g(x):\n    if x.sum() > 5: return x\n    return x.abs()\n",
        "def analytic_grad(x):\n    return torch.where(x >= 0, 1., -1.)\n",
        examples="examples = [0.0, 1.0, 6.0, -1.0]",
    )
    assert why_not_analysis(one, OwnFunction(one)) is None


def test_a_known_function_is_recognised_by_its_values_and_not_by_one_branch_of_it(student):
    known = fn("x**2 if x.sum() > 0 else torch.exp(x)")
    assert code(why_not_own_design(OwnFunction(student(BRANCHES)), textbook_example=known)) == "textbook-example"
    own = OwnFunction(student("def g(x):\n    return x**2 if x.sum() > 0 else -x\n", examples="examples = [1.0, 2.0]"))
    assert why_not_own_design(own, textbook_example=known) is None


def test_points_nearby_are_within_the_part_and_move_zeros():
    inputs.reseed(4, "a_check")
    x = torch.tensor([100.0, -1.0, 0.0])
    moved = (nearby(x, 0.01) - x).abs()
    assert (moved <= torch.tensor([1.0, 0.01, 1.0]) * 1.001).all()
    assert (moved > 0).all()
