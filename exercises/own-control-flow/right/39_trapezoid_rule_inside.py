import math
import torch

def g(x):
    # integral of exp(-t^2) by the trapezoid rule, more steps for larger x
    n = 4 if x.abs().max() < 1 else 16
    t = [x * i / n for i in range(n + 1)]
    f = [torch.exp(-u ** 2) for u in t]
    return x / n * (sum(f) - 0.5 * (f[0] + f[-1]))

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    x = x.detach(); n = 4 if x.abs().max() < 1 else 16
    s = sum((0.5 if i in (0, n) else 1.0) * torch.exp(-(x * i / n) ** 2) * (1 - 2 * (x * i / n) ** 2) for i in range(n + 1))
    return s / n

examples = [torch.tensor([0.3, 0.5]), torch.tensor([1.5, 2.0])]
explanation = "Each branch has its own slope; at the boundaries between branches g is not differentiable; autograd records only what ran."
