# expect: second_backward_raises=missing-name, error_is_reported_not_hard_coded=missing-name, same_graph_backward_twice_accumulates=missing-name, zeroed_between=missing-name
# score: 1
import torch

def my_second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return str(e)

def my_backward_twice(y, x):
    y.backward(retain_graph=True)
    y.backward()
    return x.grad

def my_backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    x.grad.zero_()
    y.backward()
    return x.grad

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
