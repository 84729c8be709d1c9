"""Two checks: one with hidden inputs, one without."""

from grader.checks.api import close, leaf, rand

SECRET_OF_THE_CHECKS = "hidden-check-canary-5417"


def test_gradient(student):
    for x in (rand(4), rand(2, 3)):
        assert close(student.gradient(leaf(x)).value, 3 * x**2), "wrong-gradient"


def test_known(student):
    assert student.answer().value == 42, "wrong-value"
