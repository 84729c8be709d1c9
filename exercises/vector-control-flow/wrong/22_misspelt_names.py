# expect: scalar_rule_is_met=missing-name, gradient_of_vector_and_matrix=missing-name
# score: 1
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

def implicit_error(a):
    d = f(a)
    try:
        d.backward()
    except RuntimeError as e:
        return str(e)

def gradf(a):
    a.grad = None
    d = f(a)
    d.sum().backward()
    return a.grad

def ratio_matches(a):
    return torch.allclose(gradf(a), f(a) / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
