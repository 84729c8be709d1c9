import torch
import torch as t


def double_until(x, limit):
    count = 0
    while t.linalg.norm(x) < limit:
        x = x * 2
        count += 1
    return x, count


def g(x):
    y, count = double_until(x, 20.0)
    if count % 2 == 0:
        z = y.sin()
    else:
        z = y - x ** 2
    return z


def grad_g(x):
    leaf = t.tensor(x.tolist(), requires_grad=True)
    g(leaf).sum().backward()
    return leaf.grad


def analytic_grad(x):
    y, count = double_until(x.detach(), 20.0)
    if count % 2 == 0:
        return 2 ** count * t.cos(y)
    return 2 ** count - 2 * x.detach()


examples = [t.tensor([1.0, 2.0]), t.tensor([3.0, 4.0]), t.tensor([30.0, 1.0]), t.tensor([7.0, 8.0])]
explanation = "With n doublings the derivative is 2^n cos(2^n x) for even n and 2^n - 2x for odd n; where n changes it jumps."
