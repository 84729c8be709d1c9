# expect: same_graph_backward_twice_accumulates=graph-rebuilt, zeroed_between=graph-rebuilt
# score: 5
import torch

def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return str(e)

def backward_twice(y, x):
    g1 = torch.autograd.grad(y, x, retain_graph=True)
    g2 = torch.autograd.grad(y, x)
    return g1, g2

def backward_twice_zeroed(y, x):
    torch.autograd.grad(y, x, retain_graph=True)
    return torch.autograd.grad(y, x)

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
