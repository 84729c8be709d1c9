# expect: control_flow_depends_on_data=branch-ignores-values
import torch

def g(x):
    if len(x) > 2:
        return x ** 2
    else:
        return torch.exp(x)

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 2 * x if x.shape[0] > 2 else torch.exp(x)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero."
