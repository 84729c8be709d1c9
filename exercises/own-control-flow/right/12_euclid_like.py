import torch

def g(x):
    a, b = x[0], x[1]
    while b.abs() > 0.1:
        if a.abs() < b.abs():
            a, b = b, a
        a, b = b, a - b * torch.floor(a / b)
    return a ** 2 + b

def grad_g(x):
    x = x.detach().requires_grad_(True)
    (d,) = torch.autograd.grad(g(x), x)
    return d

def analytic_grad(x):
    """a and b stay combinations of x[0] and x[1] with whole numbers as coefficients."""
    a, b = x[0].item(), x[1].item()
    ca, cb = [1.0, 0.0], [0.0, 1.0]
    while abs(b) > 0.1:
        if abs(a) < abs(b):
            a, b, ca, cb = b, a, cb, ca
        q = a // b
        a, b, ca, cb = b, a - b * q, cb, [ca[0] - q * cb[0], ca[1] - q * cb[1]]
    return torch.tensor([2 * a * ca[i] + cb[i] for i in (0, 1)])

examples = [torch.tensor([7.3, 2.05]), torch.tensor([1.3, 3.75]), torch.tensor([5.0, 0.05])]
explanation = "Like Euclid's algorithm: a and b are integer combinations of the inputs, floor has slope 0, so the gradient follows the coefficients."
