"""A tensor's elements as bytes, read so that nobody notices.

The memory is read directly: no operation is dispatched, so no mode, hook, transform or version counter sees it.
Whatever can't be read that way (sparse, fake, wrapped by torch.func, no storage) has no bytes here.
"""

from __future__ import annotations

import ctypes
from typing import Any

import torch

from grader.wire.messages import DTYPES, Array

MAX_ELEMENTS = 4096

Raw = tuple[str, tuple[int, ...], bytes]

_is_wrapped = torch._C._functorch.is_functorch_wrapped_tensor
_plain_dispatch: Any = torch._C._disabled_torch_dispatch_impl
_names: dict[torch.dtype, str] = {}
# bytes of one element, for those element types the wire knows
_sizes: dict[torch.dtype, int] = {}


def dtype_name(dtype: torch.dtype) -> str:
    """The name without its module: "float32"."""
    name = _names.get(dtype)
    if name is None:
        name = _names[dtype] = str(dtype).removeprefix("torch.")
        if name in DTYPES:
            _sizes[dtype] = DTYPES[name]
    return name


def unwrapped(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor inside the wrappers that torch.func.grad put around it, or a wrapper with a batch dimension."""
    functorch = torch._C._functorch
    while functorch.is_gradtrackingtensor(tensor):
        tensor = functorch.get_unwrapped(tensor)
    return tensor


def raw(tensor: Any, max_elements: int = MAX_ELEMENTS) -> Raw | None:
    """The elements of a dense tensor in C order, or None when it has too many or can't be read in peace."""
    try:
        return _raw(tensor, max_elements)
    except Exception:  # noqa: BLE001 - an exotic tensor is not recorded; the student's code goes on
        return None


def _raw(tensor: Any, max_elements: int) -> Raw | None:
    if _is_wrapped(tensor):
        tensor = unwrapped(tensor)
        if _is_wrapped(tensor):
            return None
    if type(tensor).__torch_dispatch__ is not _plain_dispatch:
        return None
    count = tensor.numel()
    dtype = tensor.dtype
    name = dtype_name(dtype)
    size = _sizes.get(dtype)
    if size is None or count > max_elements or tensor.layout is not torch.strided or tensor.device.type != "cpu":
        return None
    shape = tuple(tensor.shape)
    if count == 0:
        return name, shape, b""
    if tensor._is_zerotensor():
        return name, shape, bytes(count * size)
    if tensor.is_neg() or tensor.is_conj() or not tensor.is_contiguous():
        tensor = _laid_out(tensor)
    return name, shape, _memory(tensor, count * size)


def _memory(tensor: torch.Tensor, length: int) -> bytes:
    held = tensor.untyped_storage().nbytes() - tensor.storage_offset() * tensor.element_size()
    address = tensor.data_ptr()
    if address == 0 or held < length:
        # The storage was emptied or shrunk behind the tensor's back.
        raise ValueError("no memory behind this tensor")
    return ctypes.string_at(address, length)


def _laid_out(tensor: torch.Tensor) -> torch.Tensor:
    """A contiguous copy. This does run operations: outside every mode and transform, and without a graph."""
    from torch.utils._python_dispatch import _disable_current_modes

    with torch._C._DisableFuncTorch(), _disable_current_modes(), torch.no_grad():
        # The forward-mode tangent of a dual tensor would be cloned along: detached, it has none.
        return torch.clone(tensor.detach().resolve_conj().resolve_neg(), memory_format=torch.contiguous_format)


def array(found: Raw | None) -> Array | None:
    """The wire's form."""
    return None if found is None else Array(*found)
