# expect: differentiable_on_examples=grad-not-finite
# score: 9
import torch

def g(x):
    if x < 4:
        return torch.sqrt(x)
    return x / 2

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    return 0.5 / torch.sqrt(x) if x < 4 else torch.tensor(0.5)

examples = [0.0, 1.0, 2.5, 9.0]
explanation = "Square root with slope 1/(2 sqrt x), then a straight line with slope 1/2; smooth join in value at 4? no: slopes 1/4 and 1/2."
