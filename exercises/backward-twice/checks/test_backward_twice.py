"""Run backward twice: three functions, or a script that does the same on tensors of its own."""

from grader.checks.api import *

# A sum saves no tensors, so a second pass through it is not refused: this exposes a message that was typed in.
SUM = fn("x.sum()")


def cubic():
    """A function of the seed, so that its gradient can't be known beforehand."""
    return fn(f"{number(0.5, 1.5):.3f} * (x**3).sum() + {number(1.0, 3.0):.3f} * torch.dot(x, x)")


def growing():
    return fn(f"({number(0.5, 1.5):.3f} * torch.exp(x) * x).sum() + {number(0.5, 2.0):.3f} * (x**2).sum()")


def refused(answer):
    return bool(answer.handed_runs.refused)


def accumulated(answer):
    return any(leaf.accumulated for leaf in answer.runs.second_passes)


def zeroed(answer):
    return any(leaf.zeroed for leaf in answer.runs.second_passes)


def test_second_backward_raises(student):
    y, _ = graph_of(cubic(), rand(4))
    answer = student.either("second_backward_error", y, shows=refused)
    assert refused(answer), answer.why(why_not_refused(answer), scalar_rule=False, passes=len(answer.runs))
    believe(student, answer, lambda: why_not_refused_there(student, "second_backward_error", growing(), rand(3)))


def test_error_is_reported_not_hard_coded(student):
    y, _ = graph_of(cubic(), rand(4))
    answer = student.either("second_backward_error", y, shows=refused)
    if answer.is_script:
        assert refused(answer), answer.why(why_not_refused(answer), scalar_rule=False, passes=len(answer.runs))
        assert answer.reports(FREED), "error-not-returned"
        believe(student, answer, None)
        return
    reason = "error-not-returned" if refused(answer) else why_not_refused(answer)
    assert answer.reports(FREED), diagnose(reason, passes=len(answer.runs), kind=kind_of(answer.raw))
    harmless, _ = graph_of(SUM, rand(5))
    again = student.call("second_backward_error", harmless)
    assert refused(answer), "error-hard-coded"
    assert not again.reports(FREED) or refused(again), "error-hard-coded"
    believe(student, answer, lambda: why_not_refused_there(student, "second_backward_error", growing(), rand(2)))


def test_same_graph_backward_twice_accumulates(student):
    x, function = rand(4), cubic()
    answer = student.either("backward_twice", *graph_of(function, x), shows=accumulated).checked
    single = grad(function, x)
    passes = answer.passes_from(function(x))
    assert passes, answer.why(answer.runs.why_no_second_pass, scalar_rule=False)
    assert any(leaf.accumulated for leaf in passes), not_repeated("no-accumulation", passes, answer, single)
    assert answer.returns(2 * single), returned_instead("accumulated-grad-not-returned", answer, single)
    told = answer.is_script or any(leaf.accumulated and leaf.gave(single) for leaf in passes)
    assert told, "accumulated-grad-not-returned"
    believe(student, answer, lambda: why_not_walked(student, "backward_twice", growing(), rand(3), adds=2))


def test_zeroed_between(student):
    x, function = rand(2, 3), growing()
    answer = student.either("backward_twice_zeroed", *graph_of(function, x), shows=zeroed).checked
    single = grad(function, x)
    passes = answer.passes_from(function(x))
    assert passes, answer.why(answer.runs.why_no_second_pass, scalar_rule=False)
    assert any(leaf.zeroed for leaf in passes), not_repeated("not-zeroed", passes, answer, single)
    assert answer.returns(single), why_wrong(answer.raw, single, not_zeroed=2 * single)
    assert answer.is_script or any(leaf.zeroed and leaf.gave(single) for leaf in passes), "not-zeroed"
    believe(student, answer, lambda: why_not_walked(student, "backward_twice_zeroed", cubic(), rand(5), adds=1))


def test_explanation(student):
    assert student.explanation, "explanation-missing"


def believe(student, answer, why_not):
    """The log is kept where the student's code can write. It has to agree with what only real passes bring about."""
    reason = why_not_in_the_engine(student, answer) if answer.is_script else why_not()
    assert reason is None, reason


def why_not_refused(answer):
    return "no-error-provoked" if len(answer.runs) > 1 else "never-run-twice"


def not_repeated(code, passes, answer, single):
    moved = any(leaf.moved for leaf in passes) and not any(leaf.repeated for leaf in passes)
    code = "input-modified" if moved else code
    if answer.is_script:
        return answer.why(code, got=shown(passes[-1].after))
    # What came back may have been put right by hand; x.grad itself shows what the passes left there.
    return diagnose(code, **why_wrong(passes[-1].after, single, otherwise=code).detail)


def returned_instead(code, answer, single):
    if answer.is_script:
        return answer.why(code)
    return diagnose(code, **why_wrong(answer.raw, single, otherwise=code).detail)
