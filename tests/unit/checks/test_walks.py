"""Graphs that witness how often they were walked: what real passes bring about, and what a forged log does not."""

import pytest

from grader.checks.functions import fn
from grader.checks.inputs import rand
from grader.checks.walks import why_not_in_the_engine, why_not_refused_there, why_not_walked
from tests.support.local_worlds import local_student

F = fn("(x**3).sum() + 2 * torch.dot(x, x)")

HONEST = """
def twice(y, x):
    y.backward(retain_graph=True); y.backward(retain_graph=True)
    return x.grad
def zeroed(y, x):
    y.backward(retain_graph=True); x.grad = None; y.backward()
    return x.grad
"""
ONE_PASS = """
def twice(y, x):
    y.backward()
    return 2 * x.grad
def zeroed(y, x):
    y.backward()
    return x.grad
"""
THREE_PASSES = """
def twice(y, x):
    for _ in range(3): y.backward(retain_graph=True)
    return x.grad * 2 / 3
def zeroed(y, x):
    for _ in range(3): y.backward(retain_graph=True)
    return x.grad / 3
"""
STRICT = """
import torch
def twice(y, x):
    y.backward(retain_graph=True)
    once = x.grad.clone()
    y.backward()
    if not torch.equal(x.grad, 2 * once):
        raise ValueError
    return x.grad
def zeroed(y, x):
    y.backward(retain_graph=True)
    once = x.grad.clone()
    x.grad.zero_()
    y.backward()
    return x.grad if torch.equal(x.grad, once) else None
"""
NONE = """
import torch
def twice(y, x): return 6 * x.detach() ** 2 + 8 * x.detach()
def zeroed(y, x): return 3 * x.detach() ** 2 + 4 * x.detach()
"""


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("source", "code"), [(HONEST, None), (STRICT, None), (ONE_PASS, "not-retained"), (NONE, "never-run-twice")])  # fmt: skip  # noqa: E501
def test_only_real_passes_know_the_factors_of_the_walks(source, code, seed):
    with local_student(source, seed=seed) as student:
        for name, adds in (("twice", 2), ("zeroed", 1)):
            reason = why_not_walked(student, name, F, rand(4), adds=adds)
            assert (reason and reason.code) == code


@pytest.mark.parametrize("seed", range(5))
def test_what_was_put_right_by_arithmetic_does_not_fit_the_factors(seed):
    with local_student(THREE_PASSES, seed=seed) as student:
        twice = why_not_walked(student, "twice", F, rand(4), adds=2)
        zeroed = why_not_walked(student, "zeroed", F, rand(4), adds=1)
    assert twice is not None
    assert twice.code == "accumulated-grad-not-returned"
    assert zeroed is not None
    assert zeroed.code == "not-zeroed"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("y.backward()\n    try:\n        y.backward()\n    except RuntimeError as e:\n        return e", None),
        ("y.backward(); y.backward()", None),
        ("raise RuntimeError('Trying to backward through the graph a second time')", "never-run-twice"),
        ("y.backward()\n    return 'Trying to backward through the graph a second time'", "never-run-twice"),
        ("y.backward(retain_graph=True); y.backward(retain_graph=True)", "no-error-provoked"),
        ("raise KeyError", "raised"),
    ],
)
def test_a_refused_pass_came_to_the_graph_and_found_it_freed(body, code):
    with local_student(f"def error(y):\n    {body}") as student:
        reason = why_not_refused_there(student, "error", F, rand(3))
    assert (reason and reason.code) == code


LOG = """
import torch
from grader.sandbox import autograd_log
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x**2).sum()
"""


@pytest.mark.parametrize(
    ("passes", "code"),
    [
        ("y.backward(retain_graph=True); y.backward()", None),
        ("run = autograd_log._active.began(('backward', True, False), [y], [None])\n"
         "x.grad = 2 * x.detach()\n"
         "autograd_log._active.ended(run, None)", "not-autodiff"),
        ("pass", None),
    ],
)  # fmt: skip
def test_gradients_that_no_mark_moves_were_written_into_the_log(passes, code):
    with local_student(LOG + passes) as student:
        reason = why_not_in_the_engine(student, student.script)
    assert (reason and reason.code) == code
