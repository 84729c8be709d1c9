# expect: second_backward_raises=raised, error_is_reported_not_hard_coded=raised, same_graph_backward_twice_accumulates=raised, zeroed_between=raised, explanation=raised
# score: 0
import torch

def second_backward_error(y):
    y.backward（）
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
    x.grad.zero_()
    y.backward()
    return x.grad

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
