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

class Ex3:
    @staticmethod
    def error(a):
        try: f(a).backward()
        except RuntimeError as e: return e
    @staticmethod
    def grad(a): return torch.autograd.grad(f(a).sum(), a)[0]
    @classmethod
    def ratio(cls, a): return torch.allclose(cls.grad(a), (f(a) / a))
implicit_backward_error, grad_f, ratio_matches = Ex3.error, Ex3.grad, Ex3.ratio

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
