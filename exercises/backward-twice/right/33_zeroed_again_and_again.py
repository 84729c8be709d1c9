import torch
def second_backward_error(y):
    for i in range(5):
        try:
            y.backward()
        except RuntimeError as e:
            return i, str(e)
def backward_twice(y, x):
    y.sum().backward(retain_graph=True)
    y.mean().backward()
    return x.grad
def backward_twice_zeroed(y, x):
    for i in range(4):
        x.grad = None
        y.backward(retain_graph=i < 3)
    return x.grad
explanation = "Freed buffers; retain_graph=True on call one; accumulates."
