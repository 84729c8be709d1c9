import torch
def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return e
def backward_twice(y, x):
    torch.stack([y, y]).backward(torch.tensor([0.5, 0.5]), retain_graph=True)
    y.backward()
    return x.grad
def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    x.grad.zero_()
    y.backward()
    return x.grad
explanation = "Saved tensors are freed by the first pass; retain_graph=True on the first call keeps them; x.grad accumulates."
