"""Why the second derivative costs more: two functions that differentiate, a count of nodes, and a report."""

from grader.checks.api import *

# Nowhere linear: the gradient of a linear function has no graph, and right code would fail on it.
FUNCTIONS = (
    fn("x**3 - 2 * x"),
    fn("torch.sin(x) * torch.exp(-x / 2)"),
    fn("x / (1 + x**2)"),
)
SHAPES = ((5,), (2, 3), ())

CHAIN = fn("torch.exp(torch.sin(torch.sin(x) * 3))")
DIAMOND = fn("(lambda u: torch.exp(u) + u * torch.cos(u))(torch.sin(x))")
UNBOUND = fn("(lambda parts: parts[0] * parts[1] + parts[2])(torch.exp(x).unbind())")

# The F of the report as the statement writes it, then other ways to write the same formula.
REPORTED = (
    "torch.sin(x**2) * torch.exp(-x)",
    "torch.sin(x * x) * torch.exp(-1 * x)",
    "torch.sin(x**2) / torch.exp(x)",
    "torch.sin(x**2) * (1 / torch.exp(x))",
    "torch.sin(x**2) * math.e ** (-x)",
)


def anticipate(student):
    with student.marked(2.0):
        student.anticipate()


def test_first_derivative(student):
    for function, x in points():
        call = student.first_derivative(function, x).checked
        want = grad(function, x)
        mistakes = {"accumulated": 2 * want, "mean_not_sum": want / x.numel()}
        assert close(call.raw, want), why_not_the_derivative(
            student, call, want, order=1, otherwise="first-wrong", **mistakes
        )
        assert not lucky_difference(student, call, want, order=1), "finite-difference"


def test_second_derivative(student):
    for function, x in points():
        call = student.second_derivative(function, x).checked
        want, first = second_grad(function, x), grad(function, x)
        added = 2 * want if close(call.raw, 2 * want) else first + want
        mistakes = {"first_returned": first, "accumulated": added, "mean_not_sum": want / x.numel()}
        assert close(call.raw, want), why_not_the_derivative(
            student, call, want, order=2, otherwise="wrong-value", **mistakes
        )
        assert not lucky_difference(student, call, want, order=2), "finite-difference"


def test_second_derivative_ignores_old_grad(student):
    for function, shape in zip(FUNCTIONS, SHAPES, strict=True):
        x = rand(*shape)
        call = student.second_derivative(function, leaf(x, stale_grad=7.0)).checked
        want = second_grad(function, x)
        assert close(call.raw, want), why_wrong(call.raw, want, otherwise="old-grad-not-cleared")


def test_second_derivative_is_autodiff(student):
    function, x = FUNCTIONS[1], rand(5)
    want = second_grad(function, x)
    assert came_through_autodiff(student, "second_derivative", function, x, want, order=2), "not-autodiff"
    with student.marked():
        first = student.first_derivative(function, x)
    unmarked = not first.missing and first.raised is None and close(first.raw, grad(function, x))
    assert not unmarked, "not-autodiff"


def test_count_nodes(student):
    # Twice, because a set of visited nodes that outlives the call makes only the second count wrong.
    for chain in (LiveGraph(CHAIN, rand(4)), LiveGraph(CHAIN, rand(2))):
        got = count_of(student, chain)
        assert got == chain.nodes, diagnose("count-chain", got=got)
    branched = (
        LiveGraph(DIAMOND, rand(3)),
        LiveGraph(UNBOUND, rand(3)),
        LiveGraph(DIAMOND, rand(2, 2), of_gradient=True),
    )
    for graph in branched:
        got = count_of(student, graph)
        code = "shared-node-counted-twice" if got > graph.nodes else "count-chain"
        assert got == graph.nodes, diagnose(code, got=got)


def test_report(student):
    report = student.read("report")
    assert not report.missing, "report-missing"
    got = counts_in(report.value, "first", "second")
    assert got is not None, "report-missing"
    assert matches_a_measurement(got, REPORTED), diagnose("report-differs", got=f"{got[0]:g}, {got[1]:g}")


def test_explanation(student):
    assert student.explanation, "explanation-missing"


def points():
    for function in FUNCTIONS:
        for shape in SHAPES:
            yield function, rand(*shape)


def count_of(student, graph):
    call = student.count_nodes(graph.given).answered
    got = as_count(call.raw)
    assert got is not None, diagnose("count-chain", got=kind_of(call.raw))
    return int(got) if got == int(got) else got
