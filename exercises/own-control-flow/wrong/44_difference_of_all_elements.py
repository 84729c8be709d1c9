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
    h = 1e-5
    z = x.detach().double()
    return ((g(z + h) - g(z - h)) / (2 * h)).float()

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero, so it is not differentiable there."
