# expect: gradient_comes_from_autodiff_of_f=does-not-differentiate-f
# score: 6
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
    d = f(a)
    try:
        d.backward()
    except RuntimeError as e:
        return str(e)

def grad_f(a):
    a.grad = None
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    d = b if b.sum() > 0 else 100 * b
    d.sum().backward()
    return a.grad

def ratio_matches(a):
    g, = torch.autograd.grad(f(a).sum(), a)
    return torch.allclose(g, f(a) / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
