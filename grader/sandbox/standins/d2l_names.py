"""Array functions of the `d2l.torch` stand-in that torch itself has only as methods, and modules it passes on."""

from __future__ import annotations

import collections
import inspect
import math
import os
import random
import re
import time
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 -- everybody's name for it

__all__ = [
    "F", "argmax", "astype", "collections", "expand_dims", "inspect", "math", "nn", "np", "numpy", "os", "random", "re",
    "reduce_mean", "reduce_sum", "repeat", "reshape", "size", "swapaxes", "time", "to", "torch", "transpose",
]  # fmt: skip


def numpy(x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
    """The values as a numpy array, without the graph."""
    return x.detach().numpy(*args, **kwargs)


def size(x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
    """The number of elements."""
    return x.numel(*args, **kwargs)


def reshape(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """The same elements in another shape."""
    return x.reshape(*args, **kwargs)


def to(x: Any, *args: Any, **kwargs: Any) -> Any:
    """On another device or of another type."""
    return x.to(*args, **kwargs)


def reduce_sum(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """The sum."""
    return x.sum(*args, **kwargs)


def reduce_mean(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """The mean."""
    return x.mean(*args, **kwargs)


def argmax(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Where the largest element is."""
    return x.argmax(*args, **kwargs)


def astype(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Of another element type."""
    converted: torch.Tensor = x.type(*args, **kwargs)
    return converted


def transpose(x: torch.Tensor) -> torch.Tensor:
    """Rows as columns."""
    return x.t()


def expand_dims(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """With one more dimension."""
    return x.unsqueeze(*args, **kwargs)


def swapaxes(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """With two dimensions exchanged."""
    return x.swapaxes(*args, **kwargs)


def repeat(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """With every element several times."""
    return x.repeat_interleave(*args, **kwargs)
