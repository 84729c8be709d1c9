import torch

def g(x):
    s = x.sum()
    if s > 1:
        return x ** 2
    elif s < -1:
        return torch.sin(x)
    else:
        return 3 * x

def grad_g(x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(g(x).sum(), x)[0]

def analytic_grad(x):
    s = x.sum()
    if s > 1:
        return 2 * x
    if s < -1:
        return torch.cos(x)
    return torch.ones_like(x) * 3

examples = (torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([0.2, 0.3, -0.1]))
explanation = "Three branches by the sum: slopes 2x, cos x and 3. The function jumps where the sum is 1 or -1."
