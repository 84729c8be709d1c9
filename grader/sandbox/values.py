"""A student's objects as wire values. Whatever they are and whatever they claim, something is told and nothing raises.

Classes are recognised by `type(x)`, never by what `x.__class__` or a method of `x` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

from grader.limits import ARRAY_ELEMENTS, FRAME_BYTES, MIB, TEXT_CHARACTERS
from grader.sandbox import tensor_bytes
from grader.sandbox.texts import class_name, class_names, message_of, repr_of
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

DEPTH = 24
ITEMS = 20_000
ARRAY_BYTES = FRAME_BYTES - 2 * MIB
TEXTS = 2 * TEXT_CHARACTERS
DIMENSIONS = 16

_PLAIN_SEQUENCES = (list, tuple, set, frozenset)
# Numbers and texts as they are, also where a subclass says otherwise.
_BASE_OF: dict[type, Any] = {int: int.__int__, float: float.__float__, complex: complex, str: str.__str__}
_INT64 = range(-(2**63), 2**63)

_base = torch._C.TensorBase
_grad = _base.__dict__["grad"].__get__


class Values:
    """Turns objects into values; one for each reply, because the reply's size limits them all together.

    known: names of tensors by `id`, for `TensorValue.same_as`; the caller keeps those tensors alive.
    """

    def __init__(self, known: Mapping[int, str] | None = None) -> None:
        self._known = known or {}
        self._items = ITEMS
        self._elements = ARRAY_ELEMENTS
        self._bytes = ARRAY_BYTES
        self._characters = TEXTS
        self._around: set[int] = set()

    def of(self, found: object) -> Value:
        """The value. Raises only what interrupts the process's work (SubmissionTimeout, KeyboardInterrupt)."""
        try:
            return self._of(found)
        except Exception:  # noqa: BLE001 -- an object of the student's may raise anything from anywhere
            return OpaqueValue(class_name(type(found)), "", callable=False)

    def array_of(self, tensor: torch.Tensor | None) -> Array | None:
        """A tensor's elements, None where it has no dense storage or does not fit the reply any more."""
        if tensor is None:
            return None
        raw = tensor_bytes.raw(tensor, self._elements)
        return None if raw is None else self._admitted(tensor_bytes.array(raw))

    def _admitted(self, array: Array | None) -> Array | None:
        if array is None or len(array.shape) > DIMENSIONS or len(array.data) > self._bytes:
            return None
        self._bytes -= len(array.data)
        self._elements -= len(array.data) // DTYPES[array.dtype]
        return array

    def _of(self, found: Any) -> Value:
        cls = type(found)
        self._items -= 1
        if found is None or cls is bool:
            return found  # type: ignore[no-any-return]
        if self._items < 0:
            return OpaqueValue(class_name(cls), "", callable=False)
        if issubclass(cls, np.generic):
            return self._ndarray(np.asarray(found), cls)
        for base, plain in _BASE_OF.items():
            if issubclass(cls, base):
                return self._scalar(plain(found))
        if issubclass(cls, torch.Tensor):
            return self._tensor(found)
        if issubclass(cls, np.ndarray):
            return self._ndarray(np.ndarray.view(found, np.ndarray), cls)
        if issubclass(cls, BaseException):
            return ExceptionValue(class_names(cls), self._text(message_of(found)))
        return self._container(found, cls)

    def _scalar(self, plain: Any) -> Value:
        if type(plain) is str:
            return self._text(plain)
        if type(plain) is int and plain not in _INT64:
            return OpaqueValue("int", self._text(repr_of(plain)), callable=False)
        return plain  # type: ignore[no-any-return]

    def _text(self, text: str) -> str:
        kept = text[: min(self._characters, TEXT_CHARACTERS)]
        self._characters -= len(kept)
        return kept

    def _tensor(self, tensor: torch.Tensor) -> TensorValue:
        # A subclass's own view of itself is switched off for the time of the reading.
        with torch._C.DisableTorchFunctionSubclass():
            keeps_grad = tensor.is_leaf or tensor.retains_grad
            node = tensor.grad_fn
            return TensorValue(
                type_name=class_name(type(tensor)),
                dtype=tensor_bytes.dtype_name(tensor.dtype),
                shape=tuple(int(size) for size in tensor.shape),
                array=self.array_of(tensor),
                requires_grad=bool(tensor.requires_grad),
                is_leaf=bool(tensor.is_leaf),
                grad_fn=None if node is None else class_name(type(node)),
                grad=self.array_of(_grad(tensor)) if keeps_grad else None,
                same_as=self._known.get(id(tensor)),
            )

    def _ndarray(self, array: np.ndarray[Any, Any], cls: type) -> Value:
        if array.dtype == np.longdouble:
            array = array.astype(np.float64)
        name = array.dtype.name
        if name in DTYPES and array.size <= self._elements:
            data = array.astype(array.dtype.newbyteorder("<")).tobytes()
            admitted = self._admitted(Array(name, tuple(map(int, array.shape)), data))
            if admitted is not None:
                return NdarrayValue(admitted)
        return OpaqueValue(class_name(cls), f"{name} array of shape {array.shape}", callable=False)

    def _container(self, found: Any, cls: type) -> Value:
        base = next((kind for kind in (*_PLAIN_SEQUENCES, dict) if issubclass(cls, kind)), None)
        if base is None:
            return OpaqueValue(class_name(cls), self._text(repr_of(found)), callable=bool(callable(found)))
        size = base.__len__(found)
        if id(found) in self._around or len(self._around) >= DEPTH or size > self._items:
            # A part of it would be taken for the whole.
            return OpaqueValue(class_name(cls), f"{size} items", callable=False)
        self._around.add(id(found))
        try:
            if base is dict:
                return MappingValue(tuple((self._of(key), self._of(item)) for key, item in dict.items(found)))
            items: Iterable[object] = base.__iter__(found)
            return SequenceValue(class_name(cls), tuple([self.of(item) for item in items]))
        finally:
            self._around.discard(id(found))
