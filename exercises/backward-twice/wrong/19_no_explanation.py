# expect: explanation=explanation-missing
# score: 9
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
    x.grad.zero_()
    y.backward()
    return x.grad

explanation = "dunno"
