# expect: same_graph_backward_twice_accumulates=accumulated-grad-not-returned, zeroed_between=not-zeroed
import torch
def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return e
def backward_twice(y, x):
    for _ in range(3): y.backward(retain_graph=True)
    return x.grad * 2 / 3
def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    g = x.grad / 2
    x.grad = None
    y.backward()
    return g
explanation = "Saved tensors are freed by the first pass; gradients accumulate in x.grad."
