# expect: differentiable_on_examples=examples-missing, control_flow_depends_on_data=examples-missing, examples_reach_every_branch=examples-missing, grad_g=examples-missing, analysis_agrees_with_autodiff=examples-missing, own_design=examples-missing
import torch

def g(x):
    if x.sum() > 0:
        return x ** 2
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 2 * x if x.sum() > 0 else torch.full_like(x, -3.0)

examples = [torch.tensor([1.0, 2.0])]
explanation = "The slope is 2x or -3, depending on the sum."
