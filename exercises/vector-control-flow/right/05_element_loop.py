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
    """One component after the other through the same graph; the gradients add up."""
    a.grad = None
    d = f(a).flatten()
    for i in range(d.numel()):
        d[i].backward(retain_graph=True)
    return a.grad

def ratio_matches(a):
    g, d = grad_f(a), f(a).detach()
    for gi, di, ai in zip(g.flatten(), d.flatten(), a.detach().flatten()):
        if abs(gi - di / ai) > 1e-3 * abs(gi):
            return False
    return True

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
