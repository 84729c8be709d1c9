"""A stand-in for torch._dynamo, torch's compiler, which half of torch asks in passing whether it is at work.

`torch.func`, the optimisers and `torch.manual_seed` import it to hear that nothing is compiled. The real one takes a
second and 30 MB, whose page tables every fork copies. The few questions asked in passing are answered here; whatever
else is asked fetches the real one.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch

NAME = "torch._dynamo"


class Dynamo(ModuleType):
    """Answers for a compiler that is not at work; turns into the real one when something else is wanted."""

    def __getattr__(self, name: str) -> Any:
        # __path__ is asked for when a module inside the real package is to be imported.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        return getattr(_real(), name)


class Config:
    """The compiler's settings that are read in passing, with their defaults; any other are the real one's.

    `torch.utils.checkpoint` reads the one that stands here. Whoever sets one wants the compiler itself.
    """

    error_on_nested_fx_trace = True

    def __getattr__(self, name: str) -> Any:
        return getattr(_real().config, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_real().config, name, value)


def disable(fn: Callable[..., Any] | None = None, *_args: Any, **_options: Any) -> Callable[..., Any]:
    """Nothing is compiled, so nothing has to be kept from being compiled."""
    return _unchanged if fn is None else fn


def graph_break(*_args: Any, **_options: Any) -> None:
    """No graph is being captured."""


def is_compiling() -> bool:
    """It never is."""
    return False


def install() -> None:
    """Put the stand-in in place, unless the real one has been imported already."""
    if NAME in sys.modules:
        return
    module, autograd = Dynamo(NAME), ModuleType(f"{NAME}.compiled_autograd")
    vars(module).update(disable=disable, graph_break=graph_break, is_compiling=is_compiling, compiled_autograd=autograd)
    vars(module).update(config=Config())
    vars(autograd).update(_disable=contextlib.nullcontext)
    sys.modules[NAME] = module
    vars(torch)["_dynamo"] = module


def _real() -> ModuleType:
    if isinstance(sys.modules.get(NAME), Dynamo):
        del sys.modules[NAME]
        vars(torch).pop("_dynamo", None)
    return importlib.import_module(NAME)


def _unchanged(fn: Callable[..., Any]) -> Callable[..., Any]:
    return fn
