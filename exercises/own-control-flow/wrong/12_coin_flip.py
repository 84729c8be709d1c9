# expect: control_flow_depends_on_data=random-branch, grad_g=random-branch, analysis_agrees_with_autodiff=random-branch
import random
import torch

def g(x):
    if random.random() < 0.5:
        return 2 * x
    else:
        return 5 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return torch.full_like(x, 2.0)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
