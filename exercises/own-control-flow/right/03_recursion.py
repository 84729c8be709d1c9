import torch

def g(x):
    """Recursive: shrink until small, adding a term at each level."""
    if x.abs().sum() < 1:
        return x * x
    return g(x / 3) + x

def grad_g(x):
    x = x.clone().detach().requires_grad_(True)
    y = g(x)
    y.backward(torch.ones_like(y))
    return x.grad

def analytic_grad(x):
    if x.abs().sum() < 1:
        return 2 * x
    return analytic_grad(x / 3) / 3 + 1

examples = {"small": torch.tensor([0.1, 0.2]), "large": torch.tensor([4.0, -7.0]), "larger": torch.tensor([40.0, 10.0])}
explanation = "Each level of the recursion adds x and divides the inner derivative by 3: the chain rule, level by level."
