import torch

def g(a):
    """Square root by Newton's iteration, as many steps as it takes."""
    r = a
    while (r * r - a).abs().max() > 1e-4 * a.max():
        r = (r + a / r) / 2
    return r

def grad_g(a):
    a = a.clone().detach().requires_grad_(True)
    g(a).sum().backward()
    return a.grad

def analytic_grad(a):
    # The same iteration for the derivative: r' = (r' + 1/r - a r'/r^2) / 2
    r, d = a.clone(), torch.ones_like(a)
    while (r * r - a).abs().max() > 1e-4 * a.max():
        d = (d + 1 / r - a * d / r ** 2) / 2
        r = (r + a / r) / 2
    return d

examples = [torch.tensor([1.0, 1.0]), torch.tensor([2.0, 3.0]), torch.tensor([1000.0, 0.5])]
explanation = "Newton's iteration for the square root: the number of steps depends on a. The derivative is iterated along and tends to 1/(2 sqrt a)."
