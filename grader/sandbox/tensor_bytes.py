"""A tensor's elements as bytes, read so that nobody notices.

The memory is read directly: no operation is dispatched, so no mode, hook, transform or version counter sees it.
Whatever can't be read that way (sparse, fake, wrapped by torch.func, no storage) has no bytes here.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from grader.wire.messages import DTYPES, Array

MAX_ELEMENTS = 4096
SAMPLED_ELEMENTS = 1024

Raw = tuple[str, Sequence[int], bytes]

_plain_dispatch: Any = torch._C._disabled_torch_dispatch_impl
_dense: Any = torch.strided
_string_at = ctypes.string_at


class _Sizes(dict[torch.dtype, tuple[str, int]]):
    """A type's name and the bytes of one element, 0 for types the wire doesn't know."""

    def __missing__(self, dtype: torch.dtype) -> tuple[str, int]:
        name = str(dtype).removeprefix("torch.")
        self[dtype] = name, DTYPES.get(name, 0)
        return self[dtype]


_sizes = _Sizes()


def dtype_name(dtype: torch.dtype) -> str:
    """The name without its module: "float32"."""
    return _sizes[dtype][0]


def unwrapped(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor inside the wrappers that torch.func.grad put around it, or a wrapper with a batch dimension."""
    functorch = torch._C._functorch
    while functorch.is_gradtrackingtensor(tensor):
        tensor = functorch.get_unwrapped(tensor)
    return tensor


def raw(tensor: Any, max_elements: int = MAX_ELEMENTS) -> Raw | None:
    """The elements of a dense tensor in C order, or None when it has too many or can't be read in peace."""
    # This runs some five times for each run of the engine: nothing is asked here that need not be.
    try:
        if type(tensor).__torch_dispatch__ is not _plain_dispatch:
            return None
        count = tensor.numel()
        name, size = _sizes[tensor.dtype]
        if count > max_elements or not size or tensor.layout is not _dense or not tensor.is_cpu:
            return None
        if tensor._is_zerotensor():
            return name, tensor.shape, bytes(count * size)
        if not tensor.is_contiguous() or tensor.is_neg() or tensor.is_conj():
            tensor = _laid_out(unwrapped(tensor))
        address = tensor.data_ptr()
        # There is no address behind an empty tensor, a meta tensor, or one whose storage was emptied.
        if address:
            return name, tensor.shape, _string_at(address, count * size)
        return None if count else (name, tensor.shape, b"")
    except Exception:  # noqa: BLE001 - an exotic tensor is not recorded; the student's code goes on
        inner = unwrapped(tensor) if isinstance(tensor, torch.Tensor) else tensor
        return None if inner is tensor else raw(inner, max_elements)


def sample(tensor: Any) -> Raw | None:
    """Evenly spread elements of a dense tensor that has too many for `raw`, None where they can't be read in peace."""
    try:
        count = tensor.numel()
        name, size = _sizes[tensor.dtype]
        address = tensor.data_ptr() if tensor.layout is _dense and tensor.is_cpu and tensor.is_contiguous() else 0
        if type(tensor).__torch_dispatch__ is not _plain_dispatch or not size or not address:
            return None
        memory = (ctypes.c_char * (count * size)).from_address(address)
        places = np.frombuffer(memory, dtype=f"V{size}")[:: -(-count // SAMPLED_ELEMENTS)]
        return name, places.shape, places.tobytes()
    except Exception:  # noqa: BLE001 - as in `raw`
        return None


def _laid_out(tensor: torch.Tensor) -> torch.Tensor:
    """A contiguous copy. This does run operations: outside every mode and transform, and without a graph."""
    from torch.utils._python_dispatch import _disable_current_modes

    with torch._C._DisableFuncTorch(), _disable_current_modes(), torch.no_grad():
        # The forward-mode tangent of a dual tensor would be cloned along: detached, it has none.
        return torch.clone(tensor.detach().resolve_conj().resolve_neg(), memory_format=torch.contiguous_format)


def array(found: Raw | None) -> Array | None:
    """The wire's form."""
    return None if found is None else Array(found[0], tuple(found[1]), found[2])
