# expect: second_backward_raises=no-error-provoked, error_is_reported_not_hard_coded=no-error-provoked, same_graph_backward_twice_accumulates=graph-rebuilt, zeroed_between=graph-rebuilt
# score: 1
import torch

def second_backward_error(y):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    f = lambda: (x ** 2).sum()
    f().backward()
    try:
        f().backward()
    except RuntimeError as e:
        return e

def backward_twice(y, x):
    f = lambda t: (t ** 3).sum() + 2 * torch.dot(t, t)
    f(x).backward()
    f(x).backward()
    return x.grad

def backward_twice_zeroed(y, x):
    f = lambda t: (torch.exp(t) * t).sum() + (t ** 2).sum()
    f(x).backward()
    x.grad.zero_()
    f(x).backward()
    return x.grad

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
