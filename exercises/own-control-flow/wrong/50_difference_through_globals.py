# expect: analysis_agrees_with_autodiff=finite-difference
import math
import torch

def g(x):
    if x.sum() > 0:
        return torch.sin(x) * x
    return torch.exp(x)

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    f = globals()["g"]
    z = x.detach().double(); return (f(z + 1e-5) - f(z - 1e-5)) / 2e-5

examples = [torch.tensor([1.0, 2.0]), torch.tensor([-1.0, -2.0])]
explanation = "Each branch has its own slope; at the boundaries between branches g is not differentiable; autograd records only what ran."
