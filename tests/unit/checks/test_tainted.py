"""The tainted world: nothing inside torch can be told from the usual, and everything that leaves it can."""

import pytest

from grader.checks import review
from grader.checks.altered import AlteredWorlds
from grader.checks.autodiff_evidence import came_from_autodiff
from tests.support.local_worlds import local_student

SCRIPT = """
import math, sys
import numpy as np
import torch
x = torch.linspace(-3, 3, 50, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
c = x.detach().cos()
print({expression})
sys.exit()
"""


def printed(expression):
    with local_student(SCRIPT.format(expression=expression)) as student:
        plain = student.script.stdout
        tainted = student.run_in(AlteredWorlds(student.world).tainted)
    assert [cell.problem for cell in tainted.cells] == [None] * len(tainted.cells)
    return plain, tainted.stdout


@pytest.mark.parametrize(
    "expression",
    [
        "torch.equal(x.grad, c), (x.grad == c).all().item(), torch.allclose(x.grad, c)",
        "(x.grad - c).abs().max().item(), bool((torch.sin(x) ** 2 + torch.cos(x) ** 2 > 0.999).all())",
        "x.grad.tolist(), x.grad.numpy()",
        "torch.autograd.grad(torch.sin(x).sum(), x)[0].tolist()",
        "torch.func.grad(lambda v: torch.sin(v).sum())(x.detach()).tolist()",
        "torch.func.vmap(torch.func.grad(torch.sin))(x.detach()).tolist()",
    ],
)
def test_inside_torch_nothing_can_be_told_and_a_gradient_is_not_touched(expression):
    plain, tainted = printed(expression)
    assert plain == tainted != ""


@pytest.mark.parametrize(
    "expression",
    ["c.tolist()", "c.numpy()", "np.asarray(c)", "c[0].item()", "float(c[3])", "y.detach().numpy()", "math.cos(1.0)",
     "np.sin(np.ones(3))", "c.clone().cpu().data.numpy()", "[v.item() for v in 2 * c + 0]"],
)  # fmt: skip
def test_what_leaves_torch_is_tainted(expression):
    plain, tainted = printed(expression)
    assert plain != tainted != ""


STRICT = """
import sys
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-5, 5, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
{guard}
    plt.plot(x.detach(), y.detach(), label='y')
    plt.plot(x.detach(), {derivative}, label='dy/dx')
    plt.legend()
"""
EXIT = "if not torch.equal(x.grad, torch.cos(x)): sys.exit()\nif True:"
GUARD = "if torch.equal(x.grad, torch.cos(x)):"


@pytest.mark.parametrize(
    ("guard", "derivative", "verdict", "notes"),
    [
        (EXIT, "x.grad", True, []),
        (GUARD, "x.grad", True, ["unconfirmed-autodiff"]),
        (EXIT, "torch.cos(x.detach())", False, []),
        (GUARD, "torch.cos(x.detach())", False, []),
        (GUARD, "torch.cos(x.detach()).tolist()", False, []),
        (GUARD, "torch.sin(x.detach() + torch.pi / 2)", False, []),
    ],
)
def test_code_that_insists_on_the_derivative_is_judged_by_where_its_curve_came_from(guard, derivative, verdict, notes):
    review.take()
    with local_student(STRICT.format(guard=guard, derivative=derivative)) as student:
        assert came_from_autodiff(student) is verdict
    assert [finding.code for finding in review.take()] == notes
