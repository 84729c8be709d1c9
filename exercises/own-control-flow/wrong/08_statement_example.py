# expect: own_design=seed-example
# score: 4
import torch

def g(x):
    y = x
    while y.norm() < 50:
        y = 3 * y
    if y.sum() > 0:
        return y
    return y ** 2 / 10

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    k = 1.0
    while (k * x).norm() < 50:
        k *= 3
    return torch.full_like(x, k) if x.sum() > 0 else k * k * x / 5

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
