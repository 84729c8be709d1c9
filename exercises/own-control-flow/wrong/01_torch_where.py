# expect: control_flow_depends_on_data=torch-where-is-not-control-flow
# score: 8
import torch

def g(x):
    return torch.where(x > 0, x ** 2, -3 * x)

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return torch.where(x > 0, 2 * x, torch.full_like(x, -3.0))

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
