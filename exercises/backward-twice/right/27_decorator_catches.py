import functools, torch
def catches(f):
    @functools.wraps(f)
    def g(*a, **k):
        try:
            f(*a, **k)
        except RuntimeError as e:
            return e
    return g
@catches
def second_backward_error(y):
    y.backward()
    y.backward()
def backward_twice(y, x):
    [y.backward(retain_graph=k) for k in (True, False)]
    return x.grad
def backward_twice_zeroed(y, x):
    for k in (True, False):
        x.grad = None
        y.backward(retain_graph=k)
    return x.grad
explanation = "freed after the first; retain_graph on the first; x.grad is a running sum"
