"""What a student says about the gradient of his own function: by autodiff, and by a formula he worked out.

Both are compared with the gradient torch gives at that very point. Numbers that differ in single precision are looked
at again in double: a formula that is right there is right, however large the rounding of a long loop may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from grader.checks.compare import as_numbers, why_wrong
from grader.checks.evidence import CallEvidence
from grader.checks.feedback import Diagnosis, diagnose, fail
from grader.checks.functions import TEXTBOOK_SOURCE, Function, fn
from grader.checks.inputs import leaf
from grader.checks.own_formula import why_not_a_formula
from grader.checks.own_function import OwnFunction
from grader.checks.own_point import Point
from grader.checks.runs import Runs
from grader.checks.student import Student
from grader.checks.values import kind_of, shown, to_tensor
from grader.wire.messages import Value

# How much of a component, and of the largest one, an answer may be off; in double precision much less.
RTOL, OF_LARGEST = 2e-4, 1e-5
WIDE_RTOL = 1e-6

TEXTBOOK = fn(TEXTBOOK_SOURCE)


def why_not_gradient(student: Student, own: OwnFunction, name: str = "grad_g") -> Diagnosis | None:
    """Why the student's function is not the gradient of his g by autodiff; None if it is."""
    if own.wavers:
        return diagnose("random-branch")
    calls = student.calls(name, [point.x for point, _ in own.points])
    for (point, example), call in zip(own.points, calls, strict=True):
        if not _right(call.answered.raw, point, point is example, own, lambda x: student.call(name, x)):
            return _why_wrong_gradient(call.raw, point)
    with student.marked() as mark:
        marked = list(student.calls(name, [point.x for point in own.studied]))
    told = zip(own.studied, marked, strict=True)
    return next((reason for point, call in told if (reason := _why_not_autodiff(student, point, call, mark))), None)


def why_not_analysis(student: Student, own: OwnFunction, name: str = "analytic_grad") -> Diagnosis | None:
    """Why the student's formula does not agree with autodiff, or is no formula; None if all is well."""
    if own.wavers:
        return diagnose("random-branch")
    if own.cut_off is not None:
        # The gradient to compare with is not that of g.
        return diagnose("graph-broken", detail=own.cut_off)
    # In a child that has not been asked for g or its gradient, so that no answer can be a remembered one.
    with student.apart(name):
        with student.marked_calls() as mark:
            marked = list(student.calls(name, [point.x for point in own.studied]))
        calls = _formulas(student, name, [point.x for point, _ in own.points])
        for (point, example), call in zip(own.points, calls, strict=True):
            if not _right(call.raw, point, point is example, own, lambda x: _formulas(student, name, [x])[0]):
                return _why_wrong(call.raw, point, "analysis-wrong")
    for point, call in zip(own.studied, marked, strict=True):
        scaled = None if call.raised is not None else as_numbers(call.report.value)
        if scaled is not None and _is_scaled(scaled, point, mark):
            return diagnose("analysis-calls-autograd")
    return why_not_a_formula(student, own, name)


def why_not_own_design(own: OwnFunction, **taken: Function) -> Diagnosis | None:
    """The code of the known function that g equals in value (`_` for `-`); None if it equals none."""
    for code, function in taken.items():
        seen = [_equals(point, function) for point in own.running]
        if all(seen) and all(_equals(point, function) for point in _further(own)):
            return diagnose(code.replace("_", "-"))
    return None


# ------------------------------------------------------------------------------------------------ calls


def _formulas(student: Student, name: str, xs: Sequence[torch.Tensor]) -> list[CallEvidence]:
    """The formula's answer at each x. Code that can't take a tensor which requires grad gets one that doesn't."""
    answers = []
    for x, call in zip(xs, student.calls(name, xs), strict=True):
        if call.report.runs_total:
            fail("analysis-calls-autograd")
        plain = call if call.raised is None else student.call(name, leaf(x, requires_grad=False))
        answers.append(plain if not plain.missing and plain.raised is None else call.answered)
    return answers


def _why_not_autodiff(student: Student, point: Point, call: CallEvidence, mark: float) -> Diagnosis | None:
    """Marked, the answer has to come back marked. Where the mark upsets the student's code, the log decides."""
    got = None if call.raised is not None else as_numbers(call.report.value)
    if got is not None and _is_scaled(got, point, mark):
        return None
    plain = student.call(call.name, point.x)
    if (got is None or not _is_scaled(got, point, 1.0)) and _log_has(plain.runs, point):
        return None
    return None if _is_zero(point) and plain.report.runs_total else diagnose("not-autodiff")


def _log_has(runs: Runs, point: Point) -> bool:
    arrays = [array for run in runs.succeeded for array in (*run.results, *(leaf.grad_after for leaf in run.leaves))]
    return any(_fits(to_tensor(array), point.gradient, point.floor) for array in arrays if array is not None)


# ----------------------------------------------------------------------------------------------- numbers


def _right(
    got: Value, point: Point, at_example: bool, own: OwnFunction, again: Callable[[torch.Tensor], CallEvidence]
) -> bool:
    """Whether this is the gradient at the point, or a subgradient where an example stands on a kink."""
    tensor = _shaped(got, point)
    if tensor is None:
        return False
    if _fits(tensor, point.gradient, point.floor):
        return True
    if at_example:
        least, greatest = own.subgradients(point)
        slack = RTOL * torch.maximum(least.abs(), greatest.abs()) + point.floor
        return bool(((tensor >= least - slack) & (tensor <= greatest + slack)).all())
    return _right_in_double(own, point, again)


def _right_in_double(own: OwnFunction, point: Point, again: Callable[[torch.Tensor], CallEvidence]) -> bool:
    wide = own.at(point.x, wide=True)
    if not wide.usable or wide.gradient is None or wide.gradient.dtype != torch.float64:
        return False
    call = again(point.x.to(torch.float64))
    tensor = None if call.raised is not None else _shaped(call.report.value, point)
    return tensor is not None and _fits(tensor, wide.gradient, 1e-6 * point.floor, rtol=WIDE_RTOL)


def _shaped(got: Value, point: Point) -> torch.Tensor | None:
    """The numbers in the shape of x; a single number may come in any shape that holds one."""
    tensor = as_numbers(got)
    if tensor is None or tensor.is_complex() or tensor.dtype == torch.bool:
        return None
    if tensor.numel() == point.x.numel() == 1:
        tensor = tensor.reshape(point.x.shape)
    if tensor.shape != point.x.shape or not bool(torch.isfinite(tensor).all()):
        return None
    return tensor.to(torch.float64)


def _fits(got: torch.Tensor, want: torch.Tensor | None, floor: float, rtol: float = RTOL) -> bool:
    if want is None or got.shape != want.shape or got.is_complex():
        return False
    wide = want.to(torch.float64)
    room = rtol * wide.abs() + rtol / RTOL * OF_LARGEST * wide.abs().max() + floor
    return bool(((got.to(torch.float64) - wide).abs() <= room).all())


def _is_scaled(got: torch.Tensor, point: Point, mark: float) -> bool:
    """Whether this is the gradient times the mark, and the gradient is not zero, which no mark changes."""
    if point.gradient is None or _is_zero(point) or got.numel() != point.gradient.numel():
        return False
    return _fits(got.reshape(point.gradient.shape), mark * point.gradient, point.floor)


def _is_zero(point: Point) -> bool:
    return point.gradient is None or float(point.gradient.abs().max()) <= 10 * point.floor


def _why_wrong_gradient(got: Value, point: Point) -> Diagnosis:
    assert point.gradient is not None
    assert point.y is not None
    tensor, n = _shaped(got, point), point.y.numel()
    if tensor is not None and not _is_zero(point):
        for code, factor in (("accumulated", 2.0), ("accumulated", 3.0), ("mean-not-sum", 1 / n)):
            if _fits(tensor, factor * point.gradient, point.floor):
                return diagnose(code, got=shown(tensor), ratio=round(factor, 3))
    return _why_wrong(got, point, "grad-wrong")


def _why_wrong(got: Value, point: Point, otherwise: str) -> Diagnosis:
    assert point.gradient is not None
    if as_numbers(got) is None:
        return diagnose("no-gradient" if got is None else "not-a-tensor", kind=kind_of(got))
    return why_wrong(got, point.gradient, otherwise=otherwise)


# ------------------------------------------------------------------------------------------------ design


def _equals(point: Point, function: Function) -> bool:
    if point.y is None or not _ends(point.x):
        return False
    try:
        known = function(point.x)
    except (RuntimeError, RecursionError, ValueError, IndexError):
        return False
    return point.y.shape == known.shape and bool(
        torch.allclose(point.y.to(torch.float64), known.to(torch.float64), rtol=1e-4, atol=1e-6)
    )


def _ends(x: torch.Tensor) -> bool:
    """Whether the loops of the known functions end for this input soon enough to be run here."""
    return bool(torch.isfinite(x).all()) and float(x.norm()) > 1e-12


def _further(own: OwnFunction) -> list[Point]:
    """Other inputs of the same shapes, where g takes them: an equal that only some branch shows is none."""
    xs = [factor * example.x for example in own.running[:4] for factor in (-1.0, 3.0, -0.2, 40.0, -40.0)]
    points = own.up_to_a_failure(xs)
    return [point for point in points if point.y is not None and bool(torch.isfinite(point.y).all())]
