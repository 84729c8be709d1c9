# expect: grad_g=not-a-tensor
import torch

def g(x):
    if x.sum() > 0:
        return x ** 2
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    return torch.autograd.grad(g(x).sum(), x)

def analytic_grad(x):
    return 2 * x if x.sum() > 0 else torch.full_like(x, -3.0)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
