# expect: explanation=explanation-missing
# score: 9
import torch

def g(x):
    if x.sum() > 0:
        return x ** 2
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 2 * x if x.sum() > 0 else torch.full_like(x, -3.0)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
