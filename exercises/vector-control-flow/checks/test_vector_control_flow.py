"""Control flow with a vector or matrix: functions, or a script that works on an a of its own.

A script shows its gradient for the inputs it chose, so two checks need the functions.
"""

from grader.checks.api import *

TEXTBOOK = fn(TEXTBOOK_SOURCE)
SQUARE = fn("x**2")
# A slope that is a power of two: here even a comparison with == comes out right.
LINEAR = fn("4 * x")
# So little that code which compares its gradient with d / a goes on.
GENTLE = 1 + 6e-6
# Already longer than 1000, and with a small sum.
BEYOND = torch.tensor([800.0, -799.75])


def anticipate(student):
    with student.marked(2.0):
        student.anticipate()


def vector():
    return rand_off_the_edges(3, low=0.2)


def matrix():
    return rand_off_the_edges(2, 3)


def ending_at(norm):
    """An input that comes to this norm on its way, close to where the loop decides."""
    a = vector()
    return a * (norm / 512 / a.norm())


def test_scalar_rule_is_met(student):
    with the_textbooks_f(student):
        answer = student.either("implicit_backward_error", leaf(vector(), name="a"), shows=meets_the_rule)
        assert meets_the_rule(answer), answer.why("no-error-provoked", passes=len(answer.runs))
        assert answer.reports(SCALAR_RULE), diagnose("error-not-returned", kind=kind_of(answer.raw))


def test_gradient_of_vector_and_matrix(student):
    with the_textbooks_f(student):
        for a in (vector(), matrix()):
            answer = student.either("grad_f", leaf(a, name="a"), shows=took_it)
            if answer.is_script:
                assert took_it(answer), why_not_taken(answer)
                without_grad = names_a_non_leaf(student, "a") and not any(
                    taken.name is not None and taken.right() for taken in taken_gradients(answer.runs)
                )
                assert not without_grad, "no-gradient"
                return
            expect_gradient(answer.checked, a)


def test_other_branch_and_one_element(student):
    with the_textbooks_f(student):
        down, one = -rand_off_the_edges(5, low=0.2), rand_off_the_edges(1, low=0.2)
        for a in (down, one, BEYOND, -BEYOND, ending_at(1000.5), ending_at(999.5)):
            expect_gradient(student.grad_f(leaf(a, name="a")).checked, a)


def test_gradient_comes_from_autodiff_of_f(student):
    with the_textbooks_f(student):
        a = vector()
        want = grad(TEXTBOOK, a)
        with student.marked() as mark:
            answer = student.either("grad_f", leaf(a, name="a"), shows=lambda answer: took_it(answer, mark))
            if answer.is_script:
                assert took_it(answer, mark), "not-autodiff"
                return
        if answer.raised is None:
            assert marked(answer.raw, want, mark), "not-autodiff"
        else:
            with student.marked(GENTLE) as mark:
                assert marked_gently(student.grad_f(leaf(a, name="a")).raw, want, mark), "not-autodiff"
        assert follows_f(student, a, want), "does-not-differentiate-f"


def test_ratio_check_is_real(student):
    with the_textbooks_f(student):
        linear = ratio_matches(student, LINEAR, matrix())
        assert as_truth(linear) is True, diagnose("ratio-should-match", got=said(linear))
        square = ratio_matches(student, SQUARE, vector())
        if as_truth(square) is True and takes_f(student, SQUARE):
            return
        assert as_truth(square) is False, "ratio-always-true"


def test_explanation(student):
    assert student.explanation, "explanation-missing"


def meets_the_rule(answer):
    return answer.handed_runs.says(SCALAR_RULE)


def took_it(answer, mark=1.0):
    return answer.is_script and took_the_gradient(answer, mark)


def expect_gradient(call, a):
    want = grad(TEXTBOOK, a)
    if close(call.raw, want):
        return
    # Nothing was done with the vector: what was differentiated is a number of the function's own.
    own = [leaf for run in call.runs for leaf in run.leaves]
    if own and not call.runs.reaching(a) and all(leaf.shape in ((), (1,)) for leaf in own):
        fail("a-is-scalar", shape=str(own[0].shape))
    raise AssertionError(why_wrong_gradient(call.raw, want))


def follows_f(student, a, want):
    """Another function in the place of the global f changes the gradient as it should."""
    assert not student.read("f").missing, diagnose("missing-name", name="f")
    bound = grad_of_another_f(student, a, SQUARE)
    if bound.raised is not None:
        # Code that insists on d / a gives up on a square; a linear function keeps it going.
        linear = grad_of_another_f(student, a, LINEAR)
        return linear.raised is None and close(linear.raw, torch.full_like(a, 4.0))
    if close(bound.raw, 2 * a):
        return True
    # A function may hold f since its definition, as in def grad_f(a, f=f): then it is asked in another way.
    held = student.grad_f(leaf(a, name="a"), f=SQUARE)
    if held.raised is None and close(held.raw, 2 * a):
        return True
    inside = set(student.f(leaf(a, name="a"), lines=True).lines)
    ran = set(student.grad_f(leaf(a, name="a"), lines=True).lines)
    return close(bound.raw, want) and bool(inside) and inside <= ran


def grad_of_another_f(student, a, function):
    with student.bound(f=function):
        call = student.grad_f(leaf(a, name="a"))
    if call.raised is None:
        return call
    with student.replaced(f=function):
        return student.grad_f(leaf(a, name="a"))


def ratio_matches(student, function, a):
    """What the student's comparison says for another f; where an assert of his stands in the way, without it."""
    with student.bound(f=function):
        call = student.ratio_matches(leaf(a, name="a"))
    if call.raised is None:
        return call.raw
    with student.replaced(f=function):
        return student.ratio_matches(leaf(a, name="a")).raw


def takes_f(student, function):
    """A comparison that holds f since its definition may take another one as an argument; it has to say no then."""
    call = student.ratio_matches(leaf(vector(), name="a"), f=function)
    return call.raised is None and as_truth(call.raw) is False


def said(value):
    return str(value) if isinstance(value, (bool, int, float)) else kind_of(value)
