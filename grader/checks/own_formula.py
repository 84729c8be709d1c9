"""Whether a formula for the gradient of the student's own function is one, or a difference of values in disguise.

A formula may call g: `g(x) / x` is right where g is linear. A difference calls it beside x, so beside x, and there
alone, g is bent to another slope while the formula runs. What follows the bend is made of differences. Copies of g
count as g where they are functions of the file; of a copy that can't be reached only the lack of precision tells, and
then it is the instructor who looks.
"""

from __future__ import annotations

import torch

from grader.checks.code_hints import mentioned
from grader.checks.compare import as_numbers, close
from grader.checks.evidence import CallEvidence
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.functions import Function
from grader.checks.inputs import Given, leaf, number, rand
from grader.checks.own_function import OwnFunction
from grader.checks.own_point import Point
from grader.checks.review import put_up_for_review
from grader.checks.student import Student
from grader.checks.values import to_array
from grader.wire.messages import Expression, Let, Ref, TensorSpec

MOST_POINTS = 3
MOST_COPIES = 4
# In double precision a formula is right to some units of 1e-16, a difference to 1e-13 at the very best and usually to
# 1e-10. From the first error on, copies of g are looked for; from the second on, it is worth an instructor's look.
EXACT, DOUBTFUL = 1e-13, 1e-11
# A formula that computes in single precision is right to that precision.
SINGLE = 2e-5

# How far from x, as a part of its size, an evaluation counts as one beside it.
BESIDE = 0.05
# bend(own, z) is own(z), pulled along the weights where z lies beside the centre. Inside a bent call nothing is bent
# again, so a g that calls itself goes its usual way. A z of one number is beside the nearest component.
_PULL = (
    "lambda d, w, v: (w * d).sum() / torch.as_tensor(v).numel() "
    f"if 0 < float(d.abs().max()) <= {BESIDE} * float(centre.abs().max().clamp(min=1e-3)) else 0j * w.sum()"
)
_BESIDE = (
    "lambda p, v: pull(p - centre, weights, v) if p.numel() == centre.numel() else 0j * centre.sum() "
    "if p.numel() != 1 else (lambda i: pull(p - centre[i], weights[i], v))((p - centre).abs().argmin())"
)
_ADDED = "lambda v, more: v + (more.item() if torch.as_tensor(v).is_complex() else more.real.item())"
_BEND = (
    "(lambda inside: lambda own, z: own(z) if inside else (lambda v: added(v, beside("
    "torch.as_tensor(z).detach().to(torch.complex128).reshape(-1), v)))"
    "((inside.append(1), own(z), inside.pop())[1]))([])"
)


def why_not_a_formula(student: Student, own: OwnFunction, name: str) -> Diagnosis | None:
    """The diagnosis for a formula that follows g where g is bent; a formula that is merely imprecise is put up for
    review. None if nothing speaks against it.
    """
    points = own.studied[:MOST_POINTS]
    errors = [_imprecision(student, own, name, point) for point in points]
    for point, error in zip(points, errors, strict=True):
        copies = [own.name]
        if error > EXACT:
            copies += [copy for copy in _candidates(student, own, name) if _is_copy(student, copy, point)]
        if _follows_the_bend(student, name, point, copies):
            return diagnose("finite-difference")
    if max(errors, default=0.0) > DOUBTFUL:
        put_up_for_review("perhaps-a-difference", error=f"{max(errors):.1e}")
    return None


def _imprecision(student: Student, own: OwnFunction, name: str, point: Point) -> float:
    """The relative error of the formula in double precision; 0 where it is none for its precision, or unknown."""
    wide = own.at(point.x, wide=True)
    call = student.call(name, leaf(point.x.to(torch.float64)))
    got = _numbers(call)
    if got is None or wide.gradient is None or wide.gradient.dtype != torch.float64 or not wide.usable:
        return 0.0
    want = wide.gradient.reshape(-1)
    scale = float(want.abs().max())
    if got.shape != want.shape or scale == 0:
        return 0.0
    error = float((got - want).abs().max()) / scale
    is_single = bool(torch.equal(got.to(torch.float32).to(torch.float64), got))
    return error if error > (SINGLE if is_single else EXACT) else 0.0


def _candidates(student: Student, own: OwnFunction, name: str) -> list[str]:
    """The functions of the file that the formula may call, g and itself aside."""
    functions = {known.name for known in student.names if known.kind == "function"}
    return sorted((mentioned(student.code, name) & functions) - {own.name, name})[:MOST_COPIES]


def _is_copy(student: Student, name: str, point: Point) -> bool:
    call = student.call(name, leaf(point.x))
    return point.y is not None and call.raised is None and close(call.raw, point.y)


def _follows_the_bend(student: Student, name: str, point: Point, copies: list[str]) -> bool:
    assert point.gradient is not None
    slope = number(0.5, 1.0) * (1.0 + float(point.gradient.abs().max()))
    weights = slope * rand(point.x.numel(), low=0.5, high=1.0, dtype=torch.float64)
    outputs = 1 if point.y is None else max(1, point.y.numel())
    functions = {copy: Function(f"bend(own{place}, x)") for place, copy in enumerate(copies)}
    for requires_grad in (True, False):
        handed = _beside(point.x, weights, copies, requires_grad)
        plain = _numbers(student.call(name, handed))
        with student.bound(**functions):
            bent = _numbers(student.call(name, handed))
        if plain is not None and bent is not None and plain.shape == bent.shape:
            return float((bent - plain).abs().max()) > 0.2 * float(weights.min()) / outputs
    return False


def _beside(x: torch.Tensor, weights: torch.Tensor, copies: list[str], requires_grad: bool) -> Given:
    """X as an argument, with everything that bends the functions named in `copies`."""
    point = leaf(x, requires_grad=requires_grad)
    made = [
        Let("centre", TensorSpec(to_array(x.detach().to(torch.float64).reshape(-1)))),
        Let("weights", TensorSpec(to_array(weights))),
        *(
            Let(helper, Expression(source))
            for helper, source in (("pull", _PULL), ("beside", _BESIDE), ("added", _ADDED), ("bend", _BEND))
        ),
        *(Let(f"own{place}", Ref(copy)) for place, copy in enumerate(copies)),
    ]
    return Given((*point.lets, *made), point.name, x)


def _numbers(call: CallEvidence) -> torch.Tensor | None:
    got = None if call.missing or call.raised is not None else as_numbers(call.raw)
    if got is None or got.is_complex() or not bool(torch.isfinite(got).all()):
        return None
    return got.detach().to(torch.float64).reshape(-1)
