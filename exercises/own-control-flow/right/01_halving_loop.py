import torch

def g(x):
    y = x
    while y.norm() > 1:
        y = y / 2
    return y

def grad_g(x):
    x = x.clone().detach()
    x.requires_grad_(True)
    y = g(x)
    y.sum().backward()
    return x.grad

def analytic_grad(x):
    slope = 1.0
    while (x * slope).norm() > 1:
        slope /= 2
    return torch.full_like(x, slope)

examples = [torch.tensor([0.3, -0.4]), torch.tensor([3.0, 5.0, -2.0]), torch.tensor([100.0])]
explanation = "g halves x k times, so the slope is 2**-k; it jumps where the norm is a power of two. Autograd records the divisions that were made."
