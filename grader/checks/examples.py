"""The student's own inputs: `examples` as he wrote it down, read as tensors that can be handed back to him.

He may write a list, a tuple, a dictionary or one tensor of rows; numbers, tensors, arrays or lists of numbers; with
names or without. Where that can be read in more than one way, every reading is told, the likeliest first.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from grader.checks.values import numbers, to_array
from grader.wire.messages import MappingValue, NdarrayValue, SequenceValue, TensorValue, Value

FEWEST = 2
MOST = 60


@dataclass(frozen=True)
class Example:
    """One input, and what the student may know it by: its number from 1, or its key."""

    label: str
    x: torch.Tensor


def readings(value: Value) -> list[list[Example]]:
    """Every way to read the value as at least two inputs; none if it can't be read so."""
    items = _items(value)
    ways = [
        [found for label, item in items if (found := _example(label, item)) is not None],
        [Example(f"{label}.{n}", x) for label, item in items for n, x in enumerate(_split(item), 1)],
    ]
    ways.append([Example(one.label, one.x.reshape(1)) for one in ways[0] if one.x.dim() == 0])
    return [way[:MOST] for way in ways if len(way) >= FEWEST]


def _items(value: Value) -> list[tuple[str, Value]]:
    if isinstance(value, MappingValue):
        return [(str(key), item) for key, item in value.items]
    if isinstance(value, SequenceValue):
        return [(str(place), item) for place, item in enumerate(value.items, 1)]
    if isinstance(value, (TensorValue, NdarrayValue)):
        rows = numbers(value)
        if rows is not None and rows.dim() > 0:
            return [(str(place), NdarrayValue(to_array(row))) for place, row in enumerate(rows[:MOST], 1)]
    return []


def _example(label: str, item: Value) -> Example | None:
    x = _tensor(item)
    if x is None and isinstance(item, SequenceValue):
        # (name, input) or (input, what is expected of it)
        x = next((part for part in map(_tensor, item.items) if part is not None), None)
    if x is None and isinstance(item, MappingValue):
        named = sorted(item.items, key=lambda pair: pair[0] not in ("x", "input", "a", "value"))
        x = next((part for part in (_tensor(part) for _, part in named) if part is not None), None)
    return None if x is None else Example(label, x)


def _split(item: Value) -> list[torch.Tensor]:
    """The parts of a list of inputs; an input that is no list stands for itself."""
    if isinstance(item, SequenceValue):
        return [part for part in map(_tensor, item.items) if part is not None]
    if isinstance(item, MappingValue):
        return [part for part in (_tensor(part) for _, part in item.items) if part is not None]
    whole = _tensor(item)
    return [] if whole is None else [whole]


def _tensor(value: Value) -> torch.Tensor | None:
    """The value in floating point, None where it is no input: a text, a complex number, nothing at all."""
    if isinstance(value, SequenceValue):
        parts = [part for item in value.items if (part := _tensor(item)) is not None]
        if not parts or len(parts) < len(value.items) or len({part.shape for part in parts}) > 1:
            return None
        return torch.stack([part.to(parts[0].dtype) for part in parts])
    tensor = numbers(value)
    if tensor is None or tensor.is_complex() or tensor.dtype == torch.bool or not tensor.numel():
        return None
    typed = isinstance(value, (TensorValue, NdarrayValue)) and tensor.dtype == torch.float64
    return tensor.to(torch.float64 if typed else torch.float32)
