import torch

def g(x):
    """Absolute value by hand, then a ramp."""
    if x < 0:
        y = -x
    else:
        y = x
    return torch.relu(y - 1) + y


def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    slope = 0.0
    if x > 0: slope = 1.0
    if x < 0: slope = -1.0
    if x > 1: slope = 2.0
    if x < -1: slope = -2.0
    return torch.tensor(slope)

examples = [0.0, 1.0, -1.0, 3.0, -0.5, 0.5]
explanation = "At 0 and at +-1 the function has kinks; any slope between the two sides is a subgradient there, autograd takes one of them."
