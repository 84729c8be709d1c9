# expect: analysis_agrees_with_autodiff=finite-difference
import torch

def g(x):
    if x.sum() > 0:
        return x ** 3 + 2 * x
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad
import numpy as np
def numerical(f, v, h=1e-4):
    v = v.detach().numpy().astype(np.float64)
    g_ = np.zeros_like(v)
    for i in range(v.size):
        p, m = v.copy(), v.copy(); p[i] += h; m[i] -= h
        g_[i] = (float(f(torch.from_numpy(p)).sum()) - float(f(torch.from_numpy(m)).sum())) / (2 * h)
    return g_
def analytic_grad(x):
    return torch.tensor(numerical(g, x))

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero, so it is not differentiable there."
