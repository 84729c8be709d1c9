# expect: same_graph_backward_twice_accumulates=no-accumulation, zeroed_between=not-zeroed
import torch
def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return e
def backward_twice(y, x):
    y.backward(retain_graph=True)
    g = x.grad.clone()
    x.grad = None
    (x * g).sum().backward()
    y.backward()
    return x.grad
def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    return x.grad / 3
explanation = "Saved tensors are freed by the first pass; gradients accumulate in x.grad."
