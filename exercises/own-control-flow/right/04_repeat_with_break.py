import torch

def g(x):
    y = x
    for i in range(20):
        y = y * 1.5
        if y.max() > 10:
            break
    else:
        y = y + x
    return y


def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    factor = 1.0
    for i in range(20):
        factor *= 1.5
        if (x * factor).max() > 10:
            break
    else:
        factor += 1
    return torch.full(x.shape, factor)

examples = [torch.tensor([1.0, 2.0]), torch.tensor([0.5, -3.0]), torch.tensor([-1.0, -2.0])]
explanation = "The number of repetitions n depends on the maximum; then dg/dx = 1.5**n, plus 1 where the loop was never left early."
