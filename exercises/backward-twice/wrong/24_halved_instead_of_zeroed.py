# expect: zeroed_between=not-zeroed
# score: 8
import torch

def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return str(e)

def backward_twice(y, x):
    y.backward(retain_graph=True)
    y.backward()
    return x.grad

def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    y.backward()
    return x.grad / 2

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
