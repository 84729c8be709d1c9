# expect: analysis_agrees_with_autodiff=finite-difference
import torch

def g(x):
    if x.sum() > 0:
        return x ** 3 + 2 * x
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad
def my_function(x):
    if x.sum() > 0:
        return x ** 3 + 2 * x
    return -3 * x
def analytic_grad(x):
    z = x.detach().double()
    out = []
    for i in range(len(z)):
        a, b = z.clone(), z.clone()
        a[i] += 1e-4; b[i] -= 1e-4
        out.append((my_function(a)[i] - my_function(b)[i]) / 2e-4)
    return torch.stack(out)

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero, so it is not differentiable there."
