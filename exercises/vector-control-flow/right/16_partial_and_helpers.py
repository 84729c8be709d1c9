import functools
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

def gradient_of(function, a):
    leaf = a.detach().double().requires_grad_()
    function(leaf).sum().backward()
    return leaf.grad.to(a.dtype)

grad_f = functools.partial(gradient_of, f)

def ratio_matches(a):
    x = a.detach().clone().requires_grad_()
    d = f(x)
    d.sum().backward()
    return torch.allclose(x.grad, d / x)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
