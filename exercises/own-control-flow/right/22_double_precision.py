import numpy as np
import torch
torch.set_default_dtype(torch.float64)

def g(x):
    if torch.all(x > 0):
        y = torch.log(x)
    elif torch.any(x > 0):
        y = torch.cos(x)
    else:
        y = x.pow(2).sum()
    return y

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    torch.autograd.backward(g(x).sum())
    return x.grad

def analytic_grad(x):
    x = np.asarray(x.detach())
    if (x > 0).all():
        return 1 / x
    return -np.sin(x) if (x > 0).any() else 2 * x

examples = [torch.tensor([1., 2.]), torch.tensor([-1., 2.]), torch.tensor([-1., -2.])]
explanation = "log if all entries are positive (slope 1/x), cos if some are (slope -sin x), else the sum of squares (slope 2x)."
