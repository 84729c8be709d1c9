import torch

def g(x):
    y = x
    while True:
        y = torch.tanh(y) * 0.9
        if (y * y).sum() < 0.5:
            return y


def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    y, d = x, torch.ones_like(x)
    while True:
        t = torch.tanh(y)
        d = 0.9 * (1 - t * t) * d
        y = 0.9 * t
        if (y * y).sum() < 0.5:
            return d

examples = [torch.tensor([0.2, 0.1]), torch.tensor([2.0, -3.0, 1.0]), torch.tensor([9.0])]
explanation = "tanh is applied until the values are small; each pass multiplies the slope by 0.9 (1 - tanh^2)."
