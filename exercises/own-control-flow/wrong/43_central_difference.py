# expect: analysis_agrees_with_autodiff=finite-difference
import torch

def g(x):
    if x.sum() > 0:
        return x ** 3 + 2 * x
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad
def analytic_grad(x):
    x = x.detach().double()
    out, h = torch.zeros_like(x), 1e-6
    for i in range(x.numel()):
        e = torch.zeros_like(x); e[i] = h
        out[i] = (g(x + e).sum() - g(x - e).sum()) / (2 * h)
    return out

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero, so it is not differentiable there."
