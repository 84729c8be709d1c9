"""Wire arrays to numpy and back, without torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.wire.containers import array_bytes
from grader.wire.messages import DTYPES, Array
from grader.wire.tokens import WireError


def to_numpy(array: Array) -> NDArray[Any]:
    """A fresh, writable array of the same shape and element type; bfloat16, unknown to numpy, as float32.

    Raises WireError when the bytes don't fit the shape.
    """
    if array_bytes(array.dtype, array.shape) != len(array.data):
        raise WireError("an array whose bytes don't fit its shape")
    numbers: NDArray[Any]
    if array.dtype == "bfloat16":
        # A bfloat16 is the upper half of a float32.
        numbers = (np.frombuffer(array.data, "<u2").astype(np.uint32) << 16).view(np.float32)
    elif array.dtype == "bool":
        # A byte other than 0 and 1 inside a numpy bool behaves as neither.
        numbers = np.frombuffer(array.data, np.uint8) != 0
    else:
        numbers = np.frombuffer(array.data, np.dtype(array.dtype).newbyteorder("<")).astype(array.dtype)
    return numbers.reshape(array.shape)


def from_numpy(array: NDArray[Any]) -> Array:
    """The wire form of a numpy array or scalar. Raises WireError for an element type the wire doesn't know."""
    array = np.asarray(array)
    name = array.dtype.name
    if name not in DTYPES:
        raise WireError(f"no arrays of {name} on the wire")
    return Array(name, tuple(map(int, array.shape)), array.astype(array.dtype.newbyteorder("<")).tobytes())
