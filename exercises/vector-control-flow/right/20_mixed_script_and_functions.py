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

a = torch.randn(4, requires_grad=True)
d = f(a)
try:
    d.backward()
except RuntimeError as e:
    print("error:", e)
d.sum().backward()
print(a.grad, d / a)

def grad_f(a):
    g, = torch.autograd.grad(f(a), a, torch.ones_like(a))
    return g

def ratio_matches(a):
    with torch.no_grad():
        ratio = f(a) / a
    return (grad_f(a) - ratio).abs().max() < 1e-3 * ratio.abs().max()

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
