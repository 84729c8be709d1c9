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
    d = f(a)
    if d.numel() > 1:
        return RuntimeError("grad can be implicitly created only for scalar outputs")

def grad_f(a):
    a.grad = None
    d = f(a)
    d.sum().backward()
    return a.grad

def ratio_matches(a):
    d = f(a)
    return torch.allclose(grad_f(a), d / a)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
