# expect: grad_g=not-autodiff
import torch

def g(x):
    if x.sum() > 0:
        return x ** 2
    return -3 * x

def grad_g(x):
    h, x = 1e-6, x.detach().double()
    out = torch.zeros_like(x)
    for i in range(x.numel()):
        e = torch.zeros_like(x)
        e[i] = h
        out[i] = (g(x + e).sum() - g(x - e).sum()) / (2 * h)
    return out

def analytic_grad(x):
    return 2 * x if x.sum() > 0 else torch.full_like(x, -3.0)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
