"""Wire values turned into what a check compares: exact wire types first, then torch tensors of the trusted side."""

from __future__ import annotations

import math

import torch

from grader.wire.messages import (
    DTYPES,
    Array,
    ExceptionValue,
    MappingValue,
    NdarrayValue,
    OpaqueValue,
    SequenceValue,
    TensorValue,
    Value,
)


def to_tensor(array: Array) -> torch.Tensor:
    """The array as a tensor of the same dtype and shape, in memory of its own."""
    dtype = getattr(torch, array.dtype)
    if not array.data:
        return torch.empty(array.shape, dtype=dtype)
    return torch.frombuffer(bytearray(array.data), dtype=dtype).reshape(array.shape)


def to_array(tensor: torch.Tensor) -> Array:
    """The tensor's values for the wire; raises ValueError for a dtype that has no place there."""
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in DTYPES:
        raise ValueError(f"a tensor of {tensor.dtype} can't be sent to a submission")
    raw = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
    return Array(name, tuple(tensor.shape), raw)


def numbers(value: Value) -> torch.Tensor | None:
    """The value as a tensor if it is numeric data: a tensor, a numpy array, a number, or a list of numbers.

    None for everything else. A tuple is not a tensor: `torch.autograd.grad` returns one, and that is a mistake to tell.
    """
    if isinstance(value, TensorValue):
        return None if value.array is None else to_tensor(value.array)
    if isinstance(value, NdarrayValue):
        return to_tensor(value.array)
    if isinstance(value, (int, float, complex)) and not isinstance(value, bool):
        return torch.tensor(value, dtype=torch.complex128 if isinstance(value, complex) else torch.float64)
    if isinstance(value, SequenceValue) and value.kind == "list" and value.items:
        parts = [numbers(item) for item in value.items]
        whole = [part for part in parts if part is not None]
        if len(whole) == len(parts) and len({part.shape for part in whole}) == 1:
            return torch.stack([part.to(torch.float64) for part in whole])
    return None


def to_python(value: Value) -> object:
    """The value as a check reads it: tensors for arrays, Python's own kinds for the rest.

    What has no equal on the trusted side (exceptions, objects) stays the wire value that describes it.
    """
    if isinstance(value, (TensorValue, NdarrayValue)):
        tensor = numbers(value)
        return value if tensor is None else tensor
    if isinstance(value, SequenceValue):
        items = [to_python(item) for item in value.items]
        return tuple(items) if value.kind == "tuple" else items
    if isinstance(value, MappingValue):
        return {_key(key): to_python(item) for key, item in value.items}
    return value


def texts(value: Value) -> list[str]:
    """Every piece of text in the value: strings, messages of exceptions, reprs of objects; containers are searched."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, ExceptionValue):
        return [value.message, *value.types]
    if isinstance(value, OpaqueValue):
        return [value.text]
    if isinstance(value, SequenceValue):
        return [text for item in value.items for text in texts(item)]
    if isinstance(value, MappingValue):
        return [text for pair in value.items for item in pair for text in texts(item)]
    return []


def kind_of(value: Value) -> str:
    """A short name for what came back, for the student to read: "None", "tuple of 2", "Tensor of shape (3,)"."""
    match value:
        case TensorValue():
            kind = f"{value.type_name} of shape {tuple(value.shape)}"
        case NdarrayValue():
            kind = f"ndarray of shape {tuple(value.array.shape)}"
        case SequenceValue():
            kind = f"{value.kind} of {len(value.items)}"
        case MappingValue():
            kind = f"dict of {len(value.items)}"
        case ExceptionValue():
            kind = value.types[0] if value.types else "exception"
        case OpaqueValue():
            kind = value.type_name
        case _:
            kind = "None" if value is None else type(value).__name__
    return kind


def shown(tensor: torch.Tensor, most: int = 6) -> str:
    """The first numbers of a tensor, for the student to recognise as his own."""
    flat = tensor.detach().reshape(-1)[:most].tolist()
    items = ", ".join(_number(item) for item in flat)
    return f"[{items}, …]" if tensor.numel() > most else (items if tensor.dim() == 0 else f"[{items}]")


def _number(item: object) -> str:
    if isinstance(item, float) and math.isfinite(item):
        return f"{item:.4g}"
    return str(item)


def _key(key: Value) -> object:
    plain = to_python(key)
    try:
        hash(plain)
    except TypeError:
        return str(plain)
    return plain
