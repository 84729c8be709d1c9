"""Tensors made from what the trusted side sends."""

from __future__ import annotations

import torch

from grader.wire.messages import Array, TensorSpec

# A student may put other functions in place of torch's; these were taken before he could.
_empty_strided = torch.empty_strided
_frombuffer = torch.frombuffer
_Tensor = torch.Tensor
_full_like = torch.full_like
_transpose, _requires_grad_, _clone = _Tensor.transpose, _Tensor.requires_grad_, _Tensor.clone
_retain_grad, _copy_, _reshape = _Tensor.retain_grad, _Tensor.copy_, _Tensor.reshape


def tensor_of(array: Array) -> torch.Tensor:
    """The array as a tensor with memory of its own."""
    dtype: torch.dtype = getattr(torch, array.dtype)
    if not array.data:
        return torch.empty(array.shape, dtype=dtype, device="cpu")
    # Cloned because memory that belongs to Python can't be resized, as a student's own tensor can.
    return _clone(_reshape(_frombuffer(bytearray(array.data), dtype=dtype), array.shape))


def build(spec: TensorSpec) -> torch.Tensor:
    """The tensor a spec describes. Raises RuntimeError for what can't be (an integer tensor that requires grad)."""
    with torch.inference_mode(mode=False), torch.enable_grad():
        tensor = tensor_of(spec.array)
        if not spec.contiguous:
            tensor = _strided(tensor)
        if not spec.leaf:
            tensor = _clone(_requires_grad_(tensor))
            if spec.stale_grad is not None:
                _retain_grad(tensor)
        elif spec.requires_grad:
            _requires_grad_(tensor)
        if spec.stale_grad is not None:
            tensor.grad = _full_like(tensor, spec.stale_grad, requires_grad=False).detach()
    return tensor


def _strided(tensor: torch.Tensor) -> torch.Tensor:
    """The same values in an order of memory of their own; no view, so that in-place rules are a plain leaf's."""
    shape = list(tensor.shape)
    if tensor.dim() >= 2 and min(shape) > 1:
        strides = list(_transpose(torch.empty([shape[-1], *shape[1:-1], shape[0]]), 0, -1).stride())
    else:
        # One row, one column or one dimension has no other order: leave gaps.
        strides = [2 * stride for stride in tensor.stride()]
    return _copy_(_empty_strided(shape, strides, dtype=tensor.dtype, device="cpu"), tensor)
