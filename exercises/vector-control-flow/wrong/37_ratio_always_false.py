# expect: ratio_check_is_real=ratio-should-match
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
    d.sum().backward()
    return a.grad

def ratio_matches(a):
    return False

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
