"""Two checks that anybody sees, and two with what nobody may see."""

from grader.checks.api import close, leaf, rand

SECRET_OF_THE_CHECKS = "secret-of-the-checks-5417"
EXPECTED = 86153.25


def test_locked(student):
    assert student.locked(EXPECTED).value == EXPECTED, "wrong-value"


def test_gradient(student):
    for x in (rand(4), rand(2, 3)):
        assert close(student.gradient(leaf(x)).value, 3 * x**2), "wrong-gradient"


def test_known(student):
    assert student.answer().value == 42, "wrong-value"


def test_afterwards(student):
    assert student.afterwards(EXPECTED).value == EXPECTED, "wrong-value"


def test_words(student):
    assert student.explanation, "wrong-value"
