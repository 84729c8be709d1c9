# expect: gradient_comes_from_autodiff_of_f=not-autodiff
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
    a = a.detach().double(); g = torch.zeros_like(a).flatten()
    for i in range(a.numel()):
        e = torch.zeros_like(a).flatten(); e[i] = 1e-5; e = e.reshape(a.shape)
        g[i] = ((f(a + e) - f(a - e)) / 2e-5).sum()
    return g.reshape(a.shape)

def ratio_matches(a):
    return torch.allclose(grad_f(a), f(a).double()/a.double(), rtol=1e-4)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
