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

def implicit_backward_error(a, f=f):
    try:
        f(a).backward()
    except RuntimeError as e:
        return {"type": type(e).__name__, "message": str(e)}

def grad_f(a, f=f):
    return torch.autograd.grad(f(a).sum(), a)[0]

def ratio_matches(a, f=f):
    return torch.allclose(grad_f(a, f), f(a) / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
