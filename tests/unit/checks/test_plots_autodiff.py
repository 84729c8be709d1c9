"""A curve comes from autodiff when it follows the mark, and only then; each other source is told by its name."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from grader.checks import altered
from grader.checks.autodiff_evidence import came_from_autodiff, hand_written_rule, why_not_autodiff
from grader.checks.student import Student
from grader.errors import ChildCrashed
from grader.wire.messages import World
from tests.unit.checks.drawings import X, plot, series
from tests.unit.checks.reports import leaf, run

INSIDE = [("aten::cos", "SinBackward0", None)]


@dataclass(frozen=True)
class Circumstances:
    """What a submission meets in one world: its sine, that one's slope, its cosine, and the mark."""

    world: World

    @property
    def mark(self):
        return self.world.mark

    def sin(self, x):
        return altered.stand_in(torch.tensor(x)).numpy() if self.world.replaced else np.sin(x)

    def slope(self, x):
        return altered.stand_in_slope(torch.tensor(x)).numpy() if self.world.replaced else np.cos(x)

    def cos(self, x):
        return altered.cosine_stand_in(torch.tensor(x)).numpy() if "torch.cos" in self.world.replaced else np.cos(x)


class DrawingWorlds:
    """The worlds of a submission that is given as a Python function from circumstances to a report."""

    kind = "py"

    def __init__(self, submission, source=""):
        self.submission, self.source, self.written = submission, source, {}
        self.worlds = []

    def run(self, world):
        if world not in self.worlds:
            self.worlds.append(world)
        return self.submission(Circumstances(world))

    def ask(self, *_):
        raise AssertionError("a curve is not asked for anything")


def student(submission, seed=7, source=""):
    return Student(DrawingWorlds(submission, source), seed, "check")


def drawing(derivative, **evidence):
    """A submission that draws its sine and, as the derivative, `derivative(circumstances)`."""
    return lambda now: plot(series(X, now.sin(X)), series(X, derivative(now)), **evidence)


honest = drawing(lambda now: now.mark * now.slope(X), ops=INSIDE)


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_curve_passes_in_one_extra_run(seed):
    graded = student(honest, seed)
    assert graded.curves.following(torch.cos)
    assert came_from_autodiff(graded)
    assert not hand_written_rule(graded)
    assert len(graded._worlds.worlds) == 2


@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_derivative_that_passed_autodiff_several_times_passes(power):
    assert came_from_autodiff(student(drawing(lambda now: now.mark**power * now.slope(X))))


def test_a_reference_cosine_beside_it_costs_nothing():
    def compares(now):
        return plot(series(X, now.sin(X)), series(X, now.mark * now.slope(X)), series(X, now.cos(X), "cos(x)"))

    assert came_from_autodiff(student(compares))


def test_a_sine_of_the_students_own_making_passes():
    assert came_from_autodiff(student(lambda now: plot(series(X, np.sin(X)), series(X, now.mark * np.cos(X)))))


def test_a_sine_of_the_students_own_making_passes_beside_a_reference_cosine():
    def compares(now):
        return plot(series(X, np.sin(X)), series(X, now.mark * np.cos(X)), series(X, now.cos(X), "cos(x)"))

    assert came_from_autodiff(student(compares))


@pytest.mark.parametrize("most", [1e-2, 1e-5, 1e-6])
@pytest.mark.parametrize("seed", range(10))
def test_code_that_gives_up_where_the_gradient_is_not_cos_passes(most, seed):
    def careful(now):
        drawn = (now.mark * now.slope(X)).astype(np.float32)
        if np.abs(drawn - np.cos(X)).max() > most:
            return plot()
        return plot(series(X, now.sin(X)), series(X, drawn))

    assert came_from_autodiff(student(careful, seed))


def test_code_that_gives_up_and_then_draws_cos_does_not_pass():
    def careful(now):
        return plot(series(X, np.sin(X)), series(X, np.cos(X))) if abs(now.mark - 1) < 1e-5 else plot()

    assert not came_from_autodiff(student(careful))


def test_an_altered_world_that_ends_the_child_is_no_evidence():
    def fragile(now):
        if now.world.replaced:
            raise ChildCrashed
        return honest(now)

    assert came_from_autodiff(student(fragile))


OTHER_SOURCES = {
    "cos": (lambda now: now.cos(X), "cos-used"),
    "sin(x + pi/2)": (lambda now: now.sin(X + np.pi / 2), "phase-shift"),
    "sin(pi/2 - x)": (lambda now: now.sin(np.pi / 2 - X), "phase-shift"),
    "-sin(x - pi/2)": (lambda now: -now.sin(X - np.pi / 2), "phase-shift"),
    "central difference": (lambda now: (now.sin(X + 1e-3) - now.sin(X - 1e-3)) / 2e-3, "finite-difference"),
    "np.gradient": (lambda now: np.gradient(now.sin(X), X), "finite-difference"),
    "complex exponential": (lambda _: np.exp(1j * X).real, "no-backward"),
}


@pytest.mark.parametrize(("derivative", "code"), OTHER_SOURCES.values(), ids=OTHER_SOURCES)
def test_other_sources_fail_and_are_named(derivative, code):
    graded = student(drawing(derivative))
    assert graded.curves.following(torch.cos)
    assert not came_from_autodiff(graded)
    assert why_not_autodiff(graded).code == code


@pytest.mark.parametrize("source", ["import sympy as sp", "from sympy import diff", "torch.Tensor.backward = fake"])
def test_what_stands_in_for_autodiff_is_told_as_no_backward(source):
    assert why_not_autodiff(student(drawing(lambda now: now.cos(X)), source=source)).code == "no-backward"


def test_a_curve_of_unknown_origin_beside_a_backward_is_not_called_no_backward():
    graded = student(drawing(lambda _: np.cos(X), runs=[run(leaf(None, [1.0, 1.0]))]))
    assert why_not_autodiff(graded).code == "not-autodiff"


def test_a_mark_measured_elsewhere_and_multiplied_in_does_not_pass():
    def probing(now):
        probe = run(leaf(None, [now.mark, now.mark]))
        return plot(series(X, now.sin(X)), series(X, now.mark * now.cos(X)), runs=[probe])

    graded = student(probing)
    assert not came_from_autodiff(graded)
    assert why_not_autodiff(graded).code == "cos-used"


@pytest.mark.parametrize("sine", [np.sin, None], ids=["numpy's sine", "torch's sine"])
def test_a_cosine_sent_through_autodiff_does_not_pass(sine):
    def linear(now):
        passed = run(leaf(None, (now.mark * now.cos(X)).tolist(), value=X.tolist()))
        passed = type(passed)(**{**vars(passed), "leaves": (_of_size(passed.leaves[0], len(X)),)})
        return plot(series(X, (sine or now.sin)(X)), series(X, now.mark * now.cos(X)), runs=[passed])

    graded = student(linear)
    assert not came_from_autodiff(graded)
    assert why_not_autodiff(graded).code == "cos-used"


def test_an_own_sine_that_was_really_differentiated_is_not_taken_for_a_measured_mark():
    def series_sine(now):
        passed = run(leaf(None, (now.mark * np.cos(X)).tolist(), value=X.tolist()))
        passed = type(passed)(**{**vars(passed), "leaves": (_of_size(passed.leaves[0], len(X)),)})
        return plot(series(X, now.sin(X)), series(X, now.mark * np.cos(X)), runs=[passed])

    assert came_from_autodiff(student(series_sine))


def _of_size(state, size):
    return type(state)(**{**vars(state), "shape": (size,)})


OWN_COS = [("aten::cos", "MySinBackward", "cos")]
OWN_NUMPY = [("aten::mul", "MySinBackward", "mul")]


@pytest.mark.parametrize("ops", [OWN_COS, OWN_NUMPY])
def test_a_rule_written_by_hand_is_found_by_its_operations(ops):
    def own_rule(now):
        passed = run(leaf(None, (now.mark * np.cos(X)).tolist(), value=X.tolist()))
        passed = type(passed)(**{**vars(passed), "leaves": (_of_size(passed.leaves[0], len(X)),)})
        return plot(series(X, now.sin(X)), series(X, now.mark * np.cos(X)), ops=ops, runs=[passed])

    graded = student(own_rule)
    assert came_from_autodiff(graded)
    assert hand_written_rule(graded)


def test_a_difference_of_values_is_not_autodiff_even_with_the_mark_in_it():
    """However precise it is, and by whatever way the mark was brought in: an upstream gradient, a hook, a rule."""

    def difference(now):
        slope = altered.difference_slope(torch.tensor(X)).numpy() if now.world.replaced else np.cos(X)
        return plot(
            series(X, now.sin(X)), series(X, now.mark * slope), ops=OWN_NUMPY, runs=[run(leaf(None, [now.mark]))]
        )

    graded = student(difference)
    assert not came_from_autodiff(graded)
    assert not hand_written_rule(graded)
    assert why_not_autodiff(graded).code == "finite-difference"


def test_a_slope_that_nothing_differentiated_is_not_autodiff():
    seen = [("aten::abs", None, "abs"), ("aten::sgn", None, "abs")]
    forward = drawing(lambda now: now.mark * now.slope(X), ops=seen)
    assert came_from_autodiff(student(forward))
    assert not came_from_autodiff(student(drawing(lambda now: now.mark * now.slope(X), ops=seen[:1])))


def test_autodiff_only_where_it_is_looked_at_is_none():
    def two_faced(now):
        runs = [run(leaf(None, [1.0, 1.0, 1.0, 1.0], value=[1.0, 2.0, 3.0, 4.0]))]
        runs += [run(leaf(None, (now.mark * now.slope(X)).tolist(), value=X.tolist()))] if now.mark != 1 else []
        return plot(series(X, now.sin(X)), series(X, now.mark * now.slope(X)), runs=runs)

    assert not came_from_autodiff(student(two_faced))


def test_a_cos_typed_in_as_a_check_is_no_rule():
    assert not hand_written_rule(student(drawing(lambda now: now.cos(X), ops=[("aten::cos", None, "cos")])))


def test_the_marks_are_secret_to_the_seed_and_far_from_one():
    marks = {altered.AlteredWorlds(World(seed=seed)).mark for seed in range(50)}
    assert len(marks) == 50
    assert all(1.7 <= mark <= 2.6 for mark in marks)


def test_what_the_child_evaluates_is_what_the_checker_computes():
    for source, function in ((altered.STAND_IN, altered.stand_in), (altered.COSINE_STAND_IN, altered.cosine_stand_in)):
        assert np.allclose(eval(source)(X), function(torch.tensor(X)).numpy())
    x = torch.tensor(X, requires_grad=True)
    eval(altered.STAND_IN)(x).sum().backward()
    assert torch.allclose(x.grad, altered.stand_in_slope(x.detach()))
    h = 1e-6
    quotient = (eval(altered.STAND_IN)(X + h) - eval(altered.STAND_IN)(X - h)) / (2 * h)
    assert np.allclose(quotient, altered.difference_slope(torch.tensor(X)).numpy())
