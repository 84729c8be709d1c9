# expect: gradient_of_vector_and_matrix=one-element-only
# score: 3
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
    a.grad = None
    d = f(a)
    d.flatten()[0].backward()
    return a.grad

def ratio_matches(a):
    d = f(a)
    return torch.allclose(grad_f(a), d / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
