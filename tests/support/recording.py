"""Recorders of the sandbox with nothing around them, and their arrays as plain numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from grader.sandbox import autograd_log
from grader.wire.messages import Array, Problem


def recorder(**others: Any) -> autograd_log.Recorder:
    """A recorder that names no tensor, knows no cell, and tells an error's class and text."""
    given: dict[str, Any] = {
        "name_of": lambda _: None,
        "cell": lambda: None,
        "problem_of": lambda error: Problem((type(error).__name__,), str(error), None, None, None, None, ""),
    }
    return autograd_log.Recorder(**{**given, **others})


def numbers(array: Array | None) -> Any:
    """The elements, as nested lists."""
    return None if array is None else np.frombuffer(array.data, array.dtype).reshape(array.shape).tolist()


def leaf(*values: float) -> torch.Tensor:
    """A leaf that requires grad."""
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def squares(x: torch.Tensor) -> torch.Tensor:
    """A scalar with a graph of two nodes, one of which saves tensors."""
    return (x**2).sum()
