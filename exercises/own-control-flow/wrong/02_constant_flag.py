# expect: control_flow_depends_on_data=branch-ignores-values
import torch

FLAG = True

def g(x):
    factor = 1.0
    if FLAG:
        factor = 4.0
    return factor * x ** 2

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 8 * x

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
