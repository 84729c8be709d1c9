"""A stand-in for the textbook's `d2l.torch`: the same names with the same effect, as far as these exercises use them.

Written for this project. Where the real function raises (plotting a tensor that requires grad), so does this one.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import torch

from grader.sandbox.standins import d2l_names, d2l_plots, d2l_training

VERSION = "1.0.3"


def install() -> None:
    """Put `d2l` and `d2l.torch` in place. `from d2l import mxnet` fails as it does where only torch is installed."""
    package, module = ModuleType("d2l"), ModuleType("d2l.torch")
    package.__path__ = []
    package.__dict__["__version__"] = VERSION
    for source in (d2l_names, d2l_plots, d2l_training):
        module.__dict__.update({name: getattr(source, name) for name in source.__all__})
    module.__dict__.update(_torch_names())
    package.__dict__["torch"] = module
    # In the book `d2l.torch.d2l` is the module itself, for code that is copied out of it.
    module.__dict__["d2l"] = module
    sys.modules.update({"d2l": package, "d2l.torch": module})


def _torch_names() -> dict[str, Any]:
    """Functions and types the book uses under torch's own names."""
    names = (
        "ones zeros tensor arange meshgrid sin cos sinh cosh tanh linspace exp log normal rand randn matmul int32 int64"
        " float32 float64 stack abs eye sqrt pow ones_like zeros_like relu sigmoid bmm"
    ).split()
    return {name: getattr(torch, name) for name in names} | {"concat": torch.cat, "batch_matmul": torch.bmm}
