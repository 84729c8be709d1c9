"""Derivatives of a function that is handed to the student's code: did they come out of autodiff, and if not, how?

Two kinds of evidence. The mark: what was differentiated k times comes back times mark**k. The detached part: autodiff
does not see what stands behind detach(), while every difference of values or of gradients does.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from grader.checks.compare import Number, as_numbers, close, why_wrong
from grader.checks.evidence import CallEvidence
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.functions import Function, fn
from grader.checks.inputs import rand
from grader.checks.student import Student
from grader.checks.values import shown

# A derivative may pass through autodiff more often than its order: hvp differentiates a gradient of a gradient.
MOST_PASSES = 4
# A difference quotient in float32 is off by up to this part of the largest value; more is no approximation.
ROUGH = 0.25
# Autodiff in float32 is exact to 4e-6 of the largest value. What is further off, yet within the tolerance, is looked at
# more closely: a difference quotient with a lucky step gets that far.
PRECISE = 2e-5


def marked(got: Number, want: torch.Tensor, mark: float) -> bool:
    """Whether the value is `want` times a power of the mark, from the first to the fourth."""
    return any(close(got, mark**passes * want) for passes in range(1, MOST_PASSES + 1))


def marked_gently(got: Number, want: torch.Tensor, mark: float) -> bool:
    """As `marked`, for a mark so near to 1 that code which compares by allclose goes on."""
    tensor = as_numbers(got)
    if tensor is None or tensor.shape != want.shape:
        return False
    parts = tensor.detach().to(torch.float64) / want.to(torch.float64) - 1
    return bool(((parts - (mark - 1)).abs() < (mark - 1) / 4).all())


@dataclass(frozen=True)
class DetachedProbe:
    """y = x**3 + c x cos(x.detach()) at x: what each way to differentiate makes of it.

    Autodiff takes the cosine for a constant: y' = 3x² + c cos x and y'' = 6x. A difference of values sees all of y,
    a difference of gradients all of y'.
    """

    x: torch.Tensor
    c: float

    @property
    def function(self) -> Function:
        """The function, to be handed over."""
        return fn(f"x**3 + {self.c!r} * x * torch.cos(x.detach())")

    def by_autodiff(self, order: int) -> torch.Tensor:
        """The first or second derivative that autodiff gives."""
        x = self.x.to(torch.float64)
        return 3 * x**2 + self.c * torch.cos(x) if order == 1 else 6 * x

    def by_differences(self, order: int) -> list[torch.Tensor]:
        """What difference quotients give: of values, and for the second derivative also of gradients."""
        x, c = self.x.to(torch.float64), self.c
        if order == 1:
            return [3 * x**2 + c * (torch.cos(x) - x * torch.sin(x))]
        return [6 * x - c * (2 * torch.sin(x) + x * torch.cos(x)), 6 * x - c * torch.sin(x)]


def detached_probe() -> DetachedProbe:
    """A probe at seeded points, where its answers lie far apart."""
    return DetachedProbe(rand(4, low=0.6, high=1.4), float(rand(1, low=2.0, high=3.0)))


def follows_autodiff(student: Student, name: str, order: int) -> bool | None:
    """Whether the student's function ignores what is behind detach(); None where it gives no answer to the probe."""
    probe = detached_probe()
    got = _answer(student.call(name, probe.function, probe.x))
    if got is None:
        return None
    away = _error(got, probe.by_autodiff(order))
    return away <= min(_error(got, wanted) for wanted in probe.by_differences(order))


def came_through_autodiff(
    student: Student, name: str, function: Function, x: torch.Tensor, want: torch.Tensor, order: int
) -> bool:
    """Whether the student's function gets its derivative of this order, whose right value is `want`, from autodiff.

    Marked, the value has to come back marked, and what is behind detach() has to stay unseen. Code that compares its
    result with one it knows may give up where marks are about; then the unmarked probe decides alone.
    """
    with student.marked() as mark:
        call = student.call(name, function, x)
        probe = detached_probe()
        seen = _answer(student.call(name, probe.function, probe.x))
    if call.raised is not None:
        return follows_autodiff(student, name, order) is True
    return marked(call.raw, want, mark) and (seen is None or marked(seen, probe.by_autodiff(order), mark))


def why_not_the_derivative(
    student: Student,
    call: CallEvidence,
    want: torch.Tensor,
    *,
    order: int,
    otherwise: str,
    **known: torch.Tensor,
) -> Diagnosis:
    """The diagnosis for a wrong derivative: a known mistake, a whole Hessian, a finite difference, or `otherwise`."""
    got = as_numbers(call.raw)
    reason = why_wrong(call.raw, want, otherwise=otherwise, precision=torch.float32, **known)
    if got is None or reason.code not in (otherwise, "wrong-shape"):
        return reason
    if order > 1 and is_full_hessian(got, want):
        return diagnose("full-hessian", shape=str(tuple(got.shape)))
    rough = got.shape == want.shape and _error(got, want) <= ROUGH * float(want.abs().max())
    if reason.code == otherwise and rough and follows_autodiff(student, call.name, order) is False:
        return diagnose("finite-difference", got=shown(got), error=_error(got, want))
    return reason


def lucky_difference(student: Student, call: CallEvidence, want: torch.Tensor, order: int) -> bool:
    """Whether a value that passes as `want` is a difference quotient with a fitting step, and not precise."""
    got = as_numbers(call.raw)
    if got is None or _error(got, want) <= PRECISE * max(1.0, float(want.abs().max())):
        return False
    return follows_autodiff(student, call.name, order) is False


def is_full_hessian(got: torch.Tensor, diagonal: torch.Tensor) -> bool:
    """Whether this is a matrix of all second derivatives whose diagonal is `diagonal`; its shape may be flattened."""
    n = diagonal.numel()
    return n > 1 and got.numel() == n * n and close(torch.diagonal(got.reshape(n, n)), diagonal.reshape(-1))


def _answer(call: CallEvidence) -> torch.Tensor | None:
    if call.missing or call.raised is not None:
        return None
    got = as_numbers(call.raw)
    handed = next(iter(call.handed.values()))
    fits = got is not None and not got.is_complex() and got.shape == handed.shape
    return got if fits else None


def _error(got: torch.Tensor, want: torch.Tensor) -> float:
    if got.is_complex() or got.shape != want.shape or not bool(torch.isfinite(got).all()):
        return float("inf")
    return float((got.detach().to(torch.float64) - want.to(torch.float64)).abs().max())
