# expect: scalar_rule_is_met=no-error-provoked
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
    z = torch.ones(3, requires_grad=True)
    try:
        (z * 2).backward()
    except RuntimeError as e:
        return e

def grad_f(a):
    a = a.detach().clone().requires_grad_()
    f(a).sum().backward()
    return a.grad

def ratio_matches(a):
    return bool(torch.allclose(grad_f(a), f(a) / a))

explanation = "d = k*a piecewise, so each component of the gradient of the sum is k; at the jumps it is not differentiable."
