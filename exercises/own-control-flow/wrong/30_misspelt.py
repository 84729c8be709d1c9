# expect: differentiable_on_examples=missing-name, control_flow_depends_on_data=missing-name, examples_reach_every_branch=missing-name, grad_g=missing-name, analysis_agrees_with_autodiff=missing-name, own_design=missing-name
import torch

def G(x):
    if x.sum() > 0:
        return x ** 2
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 2 * x if x.sum() > 0 else torch.full_like(x, -3.0)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
