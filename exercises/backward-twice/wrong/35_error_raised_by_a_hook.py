# expect: second_backward_raises=no-error-provoked, error_is_reported_not_hard_coded=error-hard-coded
import torch
def second_backward_error(y):
    y.backward(retain_graph=True)
    y2 = y * 1
    if y.grad_fn.name() == "SumBackward0" and y.grad_fn.next_functions[0][0].name().endswith("AccumulateGrad"):
        y.backward(); return None
    def hook(g): raise RuntimeError('Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values...')
    y2.register_hook(hook)
    try:
        y2.backward()
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
