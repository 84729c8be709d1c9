"""Control flow with a vector or matrix: the reference solution."""

import torch


def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c


def implicit_backward_error(a):
    try:
        f(a).backward()
    except RuntimeError as error:
        return error
    return None


def grad_f(a):
    (gradient,) = torch.autograd.grad(f(a).sum(), a)
    return gradient


def ratio_matches(a):
    return torch.allclose(grad_f(a), f(a) / a)


explanation = """
For a vector, d is a vector as well, and backward() without an argument is refused: only a single number has a
gradient. Summing d, or passing ones as the upstream gradient, gives the vector-Jacobian product. Along the way that a
takes, f only multiplies by numbers, so d = k * a and every component of the gradient is k = d / a. At the edges, where
the number of doublings or the branch changes, f jumps and there is no derivative.
"""

if __name__ == "__main__":
    a = torch.randn(2, 3, requires_grad=True)
    print(implicit_backward_error(a))
    print(grad_f(a), ratio_matches(a))
