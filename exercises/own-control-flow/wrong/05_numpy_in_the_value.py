# expect: differentiable_on_examples=graph-broken, grad_g=graph-broken, analysis_agrees_with_autodiff=graph-broken
import numpy as np
import torch

def g(x):
    v = x.detach().numpy()
    if v.sum() > 0:
        return torch.from_numpy(v ** 2)
    return torch.from_numpy(np.abs(v))

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 2 * x if x.sum() > 0 else torch.full_like(x, -3.0)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
