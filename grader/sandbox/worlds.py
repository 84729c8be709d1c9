"""Alters the process a submission is about to run in: random seeds, and other functions in the place of torch's.

Nothing is restored: a child runs one submission in one world.
"""

from __future__ import annotations

import functools
import importlib
import math
import random
import sys
from collections.abc import Callable, Mapping
from types import CodeType, ModuleType
from typing import Any

import numpy as np
import torch

from grader.wire.messages import World

_ALIASING = ("d2l", "d2l.torch", "pylab", "matplotlib.pylab", "torch.functional")


@functools.cache
def _compiled(source: str) -> CodeType:
    return compile(source, "<given>", "eval")


class Originals:
    """What evaluated expressions see: torch, math and numpy as they were before anything was replaced, by a world or
    by the student.
    """

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {"torch": _copy_of(torch), "math": _copy_of(math), "numpy": _copy_of(np)}
        self.scope["np"] = self.scope["numpy"]

    def keep(self, dotted: str) -> None:
        """Copy the modules inside the modules on the way to `dotted`, whose last name is about to be replaced."""
        first, *inside = dotted.split(".")[:-1]
        holder = self.scope.get(first)
        for name in inside:
            inner = getattr(holder, name, None)
            if not isinstance(inner, ModuleType):
                return
            setattr(holder, name, _copy_of(inner))
            holder = getattr(holder, name)

    def evaluate(self, source: str, names: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression of the trusted side's; `names` are in scope beside the modules."""
        return eval(_compiled(source), {**self.scope, **(names or {})})  # noqa: S307 -- only the trusted side can send one


def enter(world: World, originals: Originals) -> None:
    """Seed the generators and put the replacements in place."""
    _seed(world.seed)
    for dotted in world.replaced:
        originals.keep(dotted)
    made = {dotted: originals.evaluate(source) for dotted, source in world.replaced.items()}
    for dotted, function in made.items():
        _replace(dotted, function)


def _seed(seed: int) -> None:
    # torch.manual_seed also queues seeds for devices that are not there, with a formatted stack each: 10 ms and more.
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 -- students use the old generator too
    random.seed(seed)
    fresh, sequence = np.random.default_rng, np.random.SeedSequence(seed % 2**63)

    def default_rng(seed: Any = None) -> np.random.Generator:
        # Without a seed it would take one from the system, and no grading could be repeated.
        return fresh(sequence.spawn(1)[0] if seed is None else seed)

    np.random.default_rng = default_rng


def _replace(dotted: str, function: Any) -> None:
    owner_name, _, name = dotted.rpartition(".")
    owner = _resolve(owner_name)
    original = getattr(owner, name)
    if callable(function):
        function = _in_place_of(name, function)
    setattr(owner, name, function)
    if owner is torch and callable(getattr(torch.Tensor, name, None)):
        setattr(torch.Tensor, name, function)
    for alias in _ALIASING:
        module = sys.modules.get(alias)
        if module is not None and module.__dict__.get(name) is original:
            setattr(module, name, function)


def _resolve(dotted: str) -> Any:
    """The module or class of this name. Raises ImportError or AttributeError where there is none."""
    first, *rest = dotted.split(".")
    found: Any = importlib.import_module(first)
    for name in rest:
        found = getattr(found, name)
    return found


def _in_place_of(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def replacement(*args: Any, **kwargs: Any) -> Any:
        # torch calls the first argument `input`; the expression calls it as it likes.
        if "input" in kwargs:
            args = (kwargs.pop("input"), *args)
        return function(*args, **kwargs)

    replacement.__name__ = replacement.__qualname__ = name
    return replacement


def _copy_of(module: ModuleType) -> ModuleType:
    copy = ModuleType(module.__name__)
    # Names that a module makes when they are first asked for have to be found in the copy as well.
    copy.__dict__.update(module.__dict__)
    return copy
