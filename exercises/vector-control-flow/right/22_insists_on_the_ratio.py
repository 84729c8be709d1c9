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
    d = f(a); d.backward(torch.ones_like(d)); g = a.grad; a.grad = None
    if not torch.allclose(g, d / a): raise RuntimeError("gradient is not d/a")
    return g
def ratio_matches(a):
    d = f(a); g, = torch.autograd.grad(d.sum(), a)
    return torch.allclose(g, d / a)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
