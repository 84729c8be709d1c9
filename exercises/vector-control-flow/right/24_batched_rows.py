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
    d = f(a).reshape(-1); n = d.numel()
    J, = torch.autograd.grad(d, a, torch.eye(n), is_grads_batched=True)
    return J.sum(0)

def ratio_matches(a):
    d = f(a)
    return torch.allclose(grad_f(a), d / a)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
