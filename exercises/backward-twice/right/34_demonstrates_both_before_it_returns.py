import torch
def second_backward_error(y):
    y.backward()
    try:
        y.backward()
    except Exception as e:
        return repr(e)
def backward_twice(y, x):
    y.backward(retain_graph=True); y.backward(retain_graph=True)
    twice = x.grad.clone()
    x.grad.zero_(); y.backward(retain_graph=True)
    once = x.grad.clone()
    print(f'{twice=} {once=}', torch.allclose(twice, 2*once))
    return twice
def backward_twice_zeroed(y, x):
    g1 = torch.autograd.grad(y, x, retain_graph=True)[0]
    y.backward(retain_graph=True)
    x.grad *= 0
    y.backward()
    print((x.grad - g1).abs().max().item())
    return x.grad
explanation = "Freed buffers; retain_graph=True on call one; accumulates."
