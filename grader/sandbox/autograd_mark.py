"""The mark: a factor on every upstream gradient and every forward-mode tangent.

Differentiation is linear in both, so each derivative that went through it comes out multiplied by the mark once for
each time it was differentiated, and everything else stays as it was.
"""

from __future__ import annotations

import sys
import types
from typing import Any

import torch

# Another function may stand in torch's place while the student's code runs; these are torch's own.
_mul, _add, _detach = torch.Tensor.mul, torch.Tensor.add, torch.Tensor.detach
_enable_grad = torch.enable_grad

# gradcheck and gradgradcheck compare a derivative with finite differences, which know no mark.
_UNMARKED = frozenset({torch.autograd.gradcheck.__code__, torch.autograd.gradgradcheck.__code__})


def applies_here() -> bool:
    """Whether a derivative asked for at this point of the program is to be marked.

    Not inside another run: checkpointing and hand-written backward functions start an engine of their own there, and
    the gradient they pass to it is marked already. And not inside gradcheck.
    """
    if torch._C._current_autograd_node() is not None:
        return False
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code in _UNMARKED:
            return False
        frame = frame.f_back
    return True


def scaled(tensor: Any, mark: float) -> Any:
    """The tensor times the mark; the tensor itself where that can't be had."""
    if not isinstance(tensor, torch.Tensor):
        return tensor
    try:
        with torch._C.DisableTorchFunction():
            if not tensor.requires_grad:
                return _mul(tensor, mark)
            with _enable_grad():
                if tensor.is_leaf:
                    # The double-backward trick differentiates by the upstream gradient itself. The factor is there in
                    # the first pass and must not come again in the second: the value is scaled, the slope is 1.
                    return _add(tensor, _mul(_detach(tensor), mark - 1.0))
                return _mul(tensor, mark)
    except Exception:  # noqa: BLE001 - a gradient that can't be multiplied is handed on as it is
        return tensor
