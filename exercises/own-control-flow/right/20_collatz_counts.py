import torch

def g(x):
    n = int(x.item())          # only decides how often, never enters the value
    y = x
    while n != 1:
        if n % 2 == 0:
            y = y / 2
            n //= 2
        else:
            y = 3 * y + 1
            n = 3 * n + 1
    return y


def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    n, slope = int(x.item()), 1.0
    while n != 1:
        if n % 2 == 0:
            n, slope = n // 2, slope / 2
        else:
            n, slope = 3 * n + 1, slope * 3
    return slope

examples = [torch.tensor([6.5]), torch.tensor([8.2]), torch.tensor(3.4)]
explanation = "Collatz: each even step divides the slope by 2, each odd step multiplies it by 3. It jumps at whole numbers."
