import torch

def second_backward_error():
    x = torch.arange(4., requires_grad=True)
    y = (x ** 2).sum()
    y.backward()
    try:
        y.backward()
    except RuntimeError as e:
        return str(e)

def backward_twice(x):
    y = (x ** 2).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad

def backward_twice_zeroed(f, x):
    y = f(x)
    y.backward(retain_graph=True)
    x.grad.zero_()
    y.backward()
    return x.grad

print(backward_twice(torch.ones(3, requires_grad=True)))
print(backward_twice_zeroed(lambda t: (t ** 3).sum(), torch.ones(3, requires_grad=True)))
explanation = "Saved values are freed by the first pass, retain_graph=True keeps them for one more."
