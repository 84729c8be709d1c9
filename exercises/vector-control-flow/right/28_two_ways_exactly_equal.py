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
    try:
        f(a).backward()
    except RuntimeError as e:
        return str(e)

def grad_f(a):
    z = a.detach().clone().requires_grad_()
    f(z).sum().backward()
    w = a.detach().clone().requires_grad_()
    g, = torch.autograd.grad(f(w), w, torch.ones_like(w))
    if not torch.equal(g, z.grad):
        raise ValueError("two ways, two answers")
    return g

def ratio_matches(a):
    return bool(torch.allclose(grad_f(a), f(a) / a))

explanation = "d = k*a piecewise, so each component of the gradient of the sum is k; at the jumps it is not differentiable."
