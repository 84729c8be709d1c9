# expect: control_flow_depends_on_data=one-branch-only, examples_reach_every_branch=unreached-branch
# score: 7
import torch

def g(x):
    if x.sum() > 0:
        y = x ** 2
    else:
        y = -3 * x
    return y

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 2 * x if x.sum() > 0 else torch.full_like(x, -3.0)

examples = [torch.tensor([1.0, 2.0]), torch.tensor([0.5, 0.1]), torch.tensor([3.0])]
explanation = "The slope is 2x or -3."
