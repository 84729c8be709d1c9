import torch

def slope_of_square(x):
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad((x ** 2).sum(), x)[0]

def g(x):
    # The gradient of another function decides which way to go.
    if slope_of_square(x).sum() > 1:
        return x ** 3
    return x.cos()

def grad_g(x):
    leaf = x.clone().detach().requires_grad_(True)
    value = g(leaf).sum()
    value.backward()
    return leaf.grad

def analytic_grad(x):
    return 3 * x ** 2 if 2 * x.sum() > 1 else -x.sin()

examples = [torch.tensor([1.0, 2.0]), torch.tensor([-1.0, 0.3])]
explanation = "slope 3x^2 where the gradient of the square is large, else -sin x; the condition itself is not differentiated"
