# expect: analysis_agrees_with_autodiff=analysis-wrong
import torch

def g(x):
    y = 3 * x
    while y.norm() > 5:
        y = y / 2
    return torch.sin(y)

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    y = 3 * x
    while y.norm() > 5:
        y = y / 2
    return torch.cos(y)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
