import sys
import torch
from typing import Optional


def second_backward_error(y: torch.Tensor) -> Optional[BaseException]:
    try:
        y.backward()
        y.backward()
    except RuntimeError:
        return sys.exc_info()[1]


def backward_twice(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    x.grad = None
    y.backward(gradient=torch.tensor(1.0), retain_graph=True)
    y.backward(gradient=torch.tensor(1.0))
    return x.grad.detach().clone()


def backward_twice_zeroed(y: torch.Tensor, x: torch.Tensor) -> list:
    y.backward(retain_graph=True)
    with torch.no_grad():
        x.grad *= 0
    y.backward()
    return x.grad.tolist()


for shape in [(3,), (2, 2), ()]:
    x = torch.rand(shape, requires_grad=True)
    print(second_backward_error((x ** 2).sum()))
    print(backward_twice((x ** 2).sum(), x))
    print(backward_twice_zeroed((x ** 2).sum(), x))

explanation = "A freed graph can't be walked again; keep it on the first walk, and mind that .grad accumulates."
