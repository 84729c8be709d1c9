"""Run backward twice: the reference solution."""

import torch


def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as error:
        return error
    return None


def backward_twice(y, x):
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    x.grad = None
    y.backward()
    return x.grad


explanation = """
The first backward frees the tensors that the graph saved for it, so a second pass has nothing to work with and is
refused. retain_graph=True on the first call keeps them. Then the second pass succeeds and adds its gradient to x.grad,
which is twice the single gradient unless it is cleared in between.
"""

if __name__ == "__main__":
    x = torch.arange(4.0, requires_grad=True)
    print(second_backward_error(2 * torch.dot(x, x)))
