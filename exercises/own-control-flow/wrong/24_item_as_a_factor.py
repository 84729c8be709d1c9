# expect: differentiable_on_examples=graph-broken, analysis_agrees_with_autodiff=graph-broken
# score: 7
import torch

def g(x):
    size = x.norm().item()
    if size > 2:
        return x * size
    return x ** 2 + x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    # the size is cut off from the graph, so it counts as a constant
    size = x.norm()
    return torch.ones_like(x) * size if size > 2 else 2 * x + 1
examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -0.2, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "Above size 2 the slope is the size, below it is 2x + 1."
