import torch
from torch.func import grad

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

grad_f = grad(lambda a: f(a).sum())
ratio_matches = lambda a: torch.isclose(grad_f(a), f(a) / a).all()

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
