"""Your own control flow: a function of the student's design, at inputs of his choice, its gradient and his analysis."""

from grader.checks.api import *

# The illustration in the statement.
SEED = fn(
    "(lambda step: (lambda y: y if y.sum() > 0 else y**2 / 10)(step(step, x)))"
    "(lambda step, y: y if y.norm() >= 50 else step(step, 3 * y))"
)


def anticipate(student):
    with student.marked(2.0):
        student.anticipate()
    with student.apart("analytic_grad"):
        student.anticipate()


def test_differentiable_on_examples(student):
    own = OwnFunction(student)
    for point in own.examples:
        assert point.usable, point.fault
    assert own.cut_off is None, diagnose("graph-broken", detail=own.cut_off)


def test_control_flow_depends_on_data(student):
    own = OwnFunction(student)
    assert not own.is_random, "random-branch"
    chooses = any(point.chooses for point in own.running) and not any(point.reads for point in own.running)
    ignores = "torch-where-is-not-control-flow" if chooses else "branch-ignores-values"
    assert own.depends_on_values, ignores
    assert own.goes_different_ways, "one-branch-only"


def test_examples_reach_every_branch(student):
    missed = OwnFunction(student).unreached
    assert not missed, diagnose("unreached-branch", detail=missed)


def test_grad_g(student):
    reason = why_not_gradient(student, OwnFunction(student))
    assert reason is None, reason


def test_analysis_agrees_with_autodiff(student):
    reason = why_not_analysis(student, OwnFunction(student))
    assert reason is None, reason


def test_own_design(student):
    taken = why_not_own_design(OwnFunction(student), textbook_example=fn(TEXTBOOK_SOURCE), seed_example=SEED)
    assert taken is None, taken


def test_explanation(student):
    assert student.explanation, "explanation-missing"
