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

import contextlib
class Caught(contextlib.AbstractContextManager):
    error = None
    def __exit__(self, kind, error, tb):
        self.error = error
        return True
def implicit_backward_error(a):
    with Caught() as c:
        torch.autograd.backward(f(a))
    return c.error

def grad_f(a):
    a = a.detach().clone().requires_grad_()
    f(a).sum().backward()
    return a.grad

def ratio_matches(a):
    return bool(torch.allclose(grad_f(a), f(a) / a))

explanation = "d = k*a piecewise, so each component of the gradient of the sum is k; at the jumps it is not differentiable."
