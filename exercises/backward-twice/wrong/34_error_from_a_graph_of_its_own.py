# expect: second_backward_raises=no-error-provoked, error_is_reported_not_hard_coded=error-hard-coded
import torch
def second_backward_error(y):
    w = torch.ones(2, requires_grad=True)
    q = (w * w).sum()
    q.backward()
    if y.grad_fn.name() == "SumBackward0" and y.grad_fn.next_functions[0][0].name().endswith("AccumulateGrad"):
        return None
    try:
        q.backward()
    except RuntimeError as error:
        return error
def backward_twice(y, x):
    y.backward(retain_graph=True)
    y.backward()
    return x.grad
def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    x.grad.zero_()
    y.backward()
    return x.grad
explanation = "Saved tensors are freed by the first pass; retain_graph=True on the first call keeps them; x.grad accumulates."
