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
    J = torch.autograd.functional.jacobian(f, a)
    n = a.numel()
    return J.reshape(n, n).sum(dim=0).reshape(a.shape)

def ratio_matches(a):
    n = a.numel()
    J = torch.autograd.functional.jacobian(f, a).reshape(n, n)
    return 1 if torch.allclose(J, torch.diag((f(a) / a).flatten())) else 0

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
