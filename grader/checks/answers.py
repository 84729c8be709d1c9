"""Single answers out of what a student returned or wrote down: a number, a few numbers by name, a yes or no."""

from __future__ import annotations

import torch

from grader.checks.values import numbers
from grader.wire.messages import MappingValue, SequenceValue, Value


def as_count(value: Value) -> float | None:
    """A single real number: int, float, 0-dimensional tensor or array; None for everything else, and for a bool."""
    tensor = numbers(value)
    if tensor is None or tensor.numel() != 1 or tensor.is_complex() or tensor.dtype == torch.bool:
        return None
    return float(tensor)


def counts_in(report: Value, *keys: str) -> tuple[float, ...] | None:
    """The numbers under these keys of a dictionary, None where it is none or a number is missing."""
    if not isinstance(report, MappingValue):
        return None
    entries = {key.strip().casefold(): item for key, item in report.items if isinstance(key, str)}
    found = [as_count(entries.get(key)) for key in keys]
    told = tuple(number for number in found if number is not None)
    return told if len(told) == len(keys) else None


def as_truth(value: Value) -> bool | None:
    """A yes or no: a bool of Python, numpy or torch, or 1 and 0. One for each element is a yes if all of them are.

    None for what is neither, such as a text or a number that is not 1 or 0.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, SequenceValue):
        parts = [as_truth(item) for item in value.items]
        return None if None in parts or not parts else all(parts)
    tensor = numbers(value)
    if tensor is None or not tensor.numel() or not bool(((tensor == 0) | (tensor == 1)).all()):
        return None
    return bool((tensor == 1).all())
