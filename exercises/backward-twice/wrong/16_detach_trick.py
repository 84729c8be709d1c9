# expect: same_graph_backward_twice_accumulates=raised, zeroed_between=raised
# score: 5
import torch

def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return str(e)

def backward_twice(y, x):
    y.backward()
    y.detach().backward()
    return x.grad

def backward_twice_zeroed(y, x):
    y.backward()
    x.grad.zero_()
    y = y.detach()
    y.backward()
    return x.grad

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
