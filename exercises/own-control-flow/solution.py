"""Your own control flow: the reference solution."""

import torch


def g(x):
    """Halve until the largest entry is at most 1; then square if the sum is positive, else take the exponential."""
    y = x
    while y.abs().max() > 1:
        y = y / 2
    if y.sum() > 0:
        return y**2
    return torch.exp(y)


def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad


def analytic_grad(x):
    x = x.detach()
    scale = 1.0
    while (scale * x).abs().max() > 1:
        scale = scale / 2
    if (scale * x).sum() > 0:
        return 2 * scale**2 * x
    return scale * torch.exp(scale * x)


examples = [
    torch.tensor([0.3, 0.5, -0.2]),
    torch.tensor([3.0, -1.0, 5.0]),
    torch.tensor([-0.4, 0.1]),
    torch.tensor([[-6.0, 2.0], [1.0, -3.0]]),
]

explanation = """
Let k be the number of halvings. On the way of a given x the function is (x / 2^k)^2 or exp(x / 2^k), entry by entry,
so the slope is 2 x / 4^k or exp(x / 2^k) / 2^k. It is not differentiable where k changes (the largest entry is a power
of two) or where the sum is zero. Autodiff needs no rule for if and while: it records only the operations that ran.
"""

if __name__ == "__main__":
    for x in examples:
        print(grad_g(x), analytic_grad(x))
