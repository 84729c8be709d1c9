from __future__ import annotations
import math
import torch
from torch import Tensor

DEBUG = False

def _check(x):
    if not isinstance(x, torch.Tensor):
        x = torch.tensor(x, dtype=torch.float32)
    if x.numel() == 0:
        raise ValueError("empty input")
    return x

def _is_steep(x: Tensor) -> bool:
    return x.detach().max().item() > math.pi

def _steep(x: Tensor) -> Tensor:
    return torch.log(x.clamp(min=1e-3)) + x

def _flat(x: Tensor) -> Tensor:
    return torch.sigmoid(x)

def g(x: Tensor) -> Tensor:
    x = _check(x)
    if DEBUG:
        print("g called with", x)
    branch = _steep if _is_steep(x) else _flat
    return branch(x)

def grad_g(x: Tensor) -> Tensor:
    x = _check(x).clone().detach().requires_grad_(True)
    y = g(x)
    grad, = torch.autograd.grad(outputs=y, inputs=x, grad_outputs=torch.ones_like(y))
    assert torch.allclose(grad, analytic_grad(x), rtol=1e-3)
    return grad

def analytic_grad(x: Tensor) -> Tensor:
    if _is_steep(x):
        return 1 / x + 1
    s = torch.sigmoid(x)
    return s * (1 - s)

examples = [("steep", torch.tensor([4.0, 1.0, 0.2])), ("flat", torch.tensor([0.5, -1.0]))]
explanation = """The branch is chosen by the largest value: slope 1/x + 1 if it exceeds pi, else sigma(1 - sigma)."""
