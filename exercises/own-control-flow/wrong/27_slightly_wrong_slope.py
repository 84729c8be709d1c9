# expect: analysis_agrees_with_autodiff=analysis-wrong
import torch

def g(x):
    if x.sum() > 0:
        return x ** 3 / 3.0
    return torch.exp(-x)

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return x ** 2 * 1.0005 if x.sum() > 0 else -torch.exp(-x)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
