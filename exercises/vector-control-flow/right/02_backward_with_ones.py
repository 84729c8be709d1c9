import torch

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
    try:
        f(a).backward()
        return None
    except RuntimeError as error:
        return error

def grad_f(a):
    if a.grad is not None:
        a.grad.zero_()
    d = f(a)
    d.backward(gradient=torch.ones_like(d))
    return a.grad.clone()

def ratio_matches(a):
    g = grad_f(a)
    return bool(((g - f(a) / a).abs() <= 1e-4 * g.abs()).all())

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
