import math
import torch

def g(x):
    if x.norm() < 1:
        return x ** 2
    return 3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    # homogeneous pieces: x g'(x) = k g(x)
    k = 2 if x.norm() < 1 else 1
    return k * g(x) / x

examples = [torch.tensor([0.3, 0.2]), torch.tensor([3.0, 4.0])]
explanation = "Each branch has its own slope; at the boundaries between branches g is not differentiable; autograd records only what ran."
