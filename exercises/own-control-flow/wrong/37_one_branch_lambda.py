# expect: control_flow_depends_on_data=one-branch-only, examples_reach_every_branch=unreached-branch
import torch
g = lambda x: 2 * x if x.sum() > 0 else 3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

analytic_grad = lambda x: torch.full_like(x, 2.0 if x.sum() > 0 else 3.0)
examples = [torch.tensor([1.0, 2.0]), torch.tensor([0.5, 0.1])]
explanation = "The slope is 2 or 3, by the sign of the sum."
