# expect: same_graph_backward_twice_accumulates=graph-rebuilt
import torch
def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return e
def backward_twice(y, x):
    h = (x * 1.0).sum()
    y.backward(retain_graph=True)
    g = x.grad.clone()
    x.grad = None
    q = (x * g).sum()
    q.backward(retain_graph=True)
    q.backward()
    return x.grad
def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    x.grad.zero_()
    y.backward()
    return x.grad
explanation = "Saved tensors are freed by the first pass; retain_graph=True on the first call keeps them; x.grad accumulates."
