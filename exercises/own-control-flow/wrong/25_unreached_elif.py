# expect: examples_reach_every_branch=unreached-branch
# score: 9
import torch

def scale(x):
    if x.max() > 100:
        return x / 100
    return x

def g(x):
    y = scale(x)
    if y.sum() > 0:
        return y ** 2
    elif y.sum() < -50:
        return y * 7
    else:
        return -3 * y

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    s = 0.01 if x.max() > 100 else 1.0
    y = s * x
    if y.sum() > 0:
        return 2 * s * y
    return torch.full_like(x, 7 * s) if y.sum() < -50 else torch.full_like(x, -3 * s)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
