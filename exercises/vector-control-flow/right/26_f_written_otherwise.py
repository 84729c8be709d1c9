import torch

def f(a):
    """2.5.4"""
    b = 2 * a
    while torch.norm(b) < 1000:
        b *= 2
    if torch.sum(b).item() > 0:
        return b
    return b * 100

def implicit_backward_error(a):
    d = f(a)
    try:
        d.backward()
    except RuntimeError as e:
        return str(e)

def grad_f(a):
    a.grad = None
    d = f(a)
    d.sum().backward()
    return a.grad

def ratio_matches(a):
    d = f(a)
    return torch.allclose(grad_f(a), d / a)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
