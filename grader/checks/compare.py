"""Comparing numbers: kind and shape first, then finiteness, then closeness; and naming the known mistake.

The tolerance follows the precision of the inputs, not of the answer: a float64 answer worked out from float32 inputs
carries the error of the inputs.
"""

from __future__ import annotations

import torch

from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.values import kind_of, numbers, shown
from grader.wire.messages import NdarrayValue, TensorValue, Value

# (rtol, atol) by the precision of the inputs. float32: the error of autodiff in 11 functions and 200 draws each was at
# most 4e-6 of the largest gradient; torch's default (1e-5, 1e-8) failed up to 2 % of right answers.
TOLERANCES: dict[torch.dtype, tuple[float, float]] = {
    torch.float64: (1e-9, 1e-10),
    torch.float32: (2e-4, 1e-5),
    torch.float16: (2e-2, 1e-2),
    torch.bfloat16: (8e-2, 3e-2),
}

Number = torch.Tensor | Value


def as_numbers(got: Number) -> torch.Tensor | None:
    """What was got as a tensor, or None where it is no numeric data."""
    return got if isinstance(got, torch.Tensor) else numbers(got)


def close(got: Number, want: torch.Tensor, precision: torch.dtype = torch.float32) -> bool:
    """Whether `got` is numeric, has exactly the shape of `want`, is finite, and equals it up to the tolerance."""
    tensor = as_numbers(got)
    if tensor is None or tensor.shape != want.shape or not bool(torch.isfinite(tensor).all()):
        return False
    rtol, atol = TOLERANCES[precision]
    wide = torch.complex128 if tensor.is_complex() or want.is_complex() else torch.float64
    return bool(torch.allclose(tensor.detach().to(wide), want.detach().to(wide), rtol=rtol, atol=atol))


def why_wrong(
    got: Number,
    want: torch.Tensor,
    *,
    otherwise: str = "wrong-gradient",
    precision: torch.dtype = torch.float32,
    **known: torch.Tensor,
) -> Diagnosis:
    """The diagnosis for a wrong answer: its kind, its shape, a nan, a known mistake, or `otherwise`.

    `known` maps a code (with `_` for `-`) to the numbers that this mistake would give; the first match counts.
    """
    tensor = as_numbers(got)
    for code, numbers_of_mistake in known.items():
        if tensor is not None and close(tensor, numbers_of_mistake, precision):
            return diagnose(code.replace("_", "-"), got=shown(tensor), **_ratio(tensor, want))
    if tensor is None:
        kind = "" if isinstance(got, torch.Tensor) else kind_of(got)
        return diagnose("no-gradient" if got is None else "not-a-tensor", kind=kind)
    if tensor.shape != want.shape:
        return diagnose("wrong-shape", shape=str(tuple(tensor.shape)), expected=str(tuple(want.shape)))
    if not bool(torch.isfinite(tensor).all()):
        return diagnose("grad-not-finite", got=shown(tensor))
    return diagnose(otherwise, got=shown(tensor), **_ratio(tensor, want))


def _ratio(got: torch.Tensor, want: torch.Tensor) -> dict[str, float]:
    """One number by which `got` differs from `want` everywhere, if there is one: worth telling the student.

    Of a single element it would be the expected value itself.
    """
    if got.shape != want.shape or got.is_complex() or want.numel() < 2:
        return {}
    wide = want.detach().to(torch.float64).reshape(-1)
    if bool((wide.abs() < 1e-3).any()):
        return {}
    ratios = got.detach().to(torch.float64).reshape(-1) / wide
    first = float(ratios[0])
    if bool(torch.allclose(ratios, torch.full_like(ratios, first), rtol=1e-3, atol=0)):
        return {"ratio": round(first, 3)}
    return {}


def is_array(value: Value) -> bool:
    """Whether a value is a tensor or a numpy array, whatever its numbers."""
    return isinstance(value, (TensorValue, NdarrayValue))
