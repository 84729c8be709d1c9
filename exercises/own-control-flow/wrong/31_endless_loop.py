# expect: differentiable_on_examples=timeout, control_flow_depends_on_data=timeout, examples_reach_every_branch=timeout, grad_g=timeout, analysis_agrees_with_autodiff=timeout, own_design=timeout
import torch

def g(x):
    y = x
    while y.norm() < 10:
        y = y * 1.0
    return y

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return torch.ones_like(x)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
