from torch import autograd, optim
import torch

def second_backward_error(y):
    autograd.backward(y, torch.ones_like(y))
    try:
        autograd.backward(y, torch.ones_like(y))
    except RuntimeError as error:
        return {"type": type(error).__name__, "message": str(error)}
    else:
        return None

def backward_twice(y, x):
    autograd.backward([y], retain_graph=True)
    autograd.backward([y])
    return x.grad

def backward_twice_zeroed(y, x):
    optimizer = optim.SGD([x], lr=0.1)
    y.backward(retain_graph=True)
    optimizer.zero_grad(set_to_none=False)
    y.backward()
    return x.grad

explanation = """After the first pass the buffers are freed. Use retain_graph on the first call to run it again."""
