import torch
from torch.autograd.functional import vjp

def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

def implicit_backward_error(a):
    d = f(a)
    try:
        d.backward()
    except RuntimeError as e:
        return str(e)

def grad_f(a):
    d, g = vjp(f, a, torch.ones_like(a))
    return g

def ratio_matches(a):
    d, g = vjp(f, a, torch.ones_like(a))
    return torch.allclose(g, d / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
