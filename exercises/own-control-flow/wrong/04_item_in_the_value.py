# expect: differentiable_on_examples=graph-broken, grad_g=graph-broken, analysis_agrees_with_autodiff=graph-broken
import torch

def g(x):
    s = x.sum().item()
    if s > 0:
        return torch.tensor(s ** 2)
    return torch.tensor(-3 * s)

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    s = x.sum()
    return torch.ones_like(x) * (2 * s if s > 0 else -3)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
