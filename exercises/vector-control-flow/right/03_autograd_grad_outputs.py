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
        torch.autograd.grad(f(a), a)
    except RuntimeError as error:
        return error.args

def grad_f(a):
    d = f(a)
    return torch.autograd.grad(outputs=d, inputs=a, grad_outputs=torch.ones(d.shape))[0]

def ratio_matches(a):
    d = f(a)
    return torch.allclose(torch.autograd.grad(d.sum(), a)[0] * a, d)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
