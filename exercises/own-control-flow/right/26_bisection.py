import torch
def g(x):
    lo, hi = x * 0, x * 2
    steps = 0
    while (hi - lo).max() > 0.1:
        mid = (lo + hi) / 2
        if (mid ** 2).sum() > 1: hi = mid
        else: lo = mid
        steps += 1
    return (lo + hi) / 2

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    # lo and hi are multiples of x all the time
    a, b = 0., 2.
    while ((b - a) * x).max() > 0.1:
        m = (a + b) / 2
        if ((m * x) ** 2).sum() > 1: b = m
        else: a = m
    return torch.ones_like(x) * (a + b) / 2
examples = [torch.tensor([0.9, 1.1]), torch.tensor([2., 3., 1.])]
explanation = "lo and hi stay multiples of x, so the slope is the final multiple; bisection decides which"
