import torch

def run(y, keep):
    """One backward pass."""
    y.backward(retain_graph=keep)

def twice(y, between=lambda: None):
    run(y, True)
    between()
    run(y, False)

def second_backward_error(y):
    run(y, False)
    try:
        run(y, False)
    except RuntimeError as problem:
        return problem, str(problem)
    return None

def backward_twice(y, x):
    twice(y)
    return x.grad

def backward_twice_zeroed(y, x):
    def forget():
        del x.grad
    twice(y, forget)
    return x.grad

EXPLANATION = "Without retain_graph the first run throws away what the second would need."
