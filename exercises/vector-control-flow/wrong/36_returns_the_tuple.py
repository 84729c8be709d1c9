# expect: gradient_of_vector_and_matrix=not-a-tensor
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
    return torch.autograd.grad(f(a).sum(), a)

def ratio_matches(a):
    d = f(a)
    return torch.allclose(grad_f(a)[0], d / a)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
