# expect: second_backward_raises=never-run-twice, error_is_reported_not_hard_coded=error-hard-coded
# score: 6
import torch

def second_backward_error(y):
    return ("Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed).")

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
