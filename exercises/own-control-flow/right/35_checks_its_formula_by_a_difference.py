import torch

def g(x):
    if x.sum() > 0:
        return x ** 3 + 2 * x
    return -3 * x

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad
def analytic_grad(x):
    ans = 3 * x ** 2 + 2 if x.sum() > 0 else -3 * torch.ones_like(x)
    z, h = x.detach().double(), 1e-6
    numeric = (g(z + h) - g(z - h)) / (2 * h)
    if not torch.allclose(numeric.float(), ans.float(), rtol=1e-3, atol=1e-3):
        raise ValueError("formula and difference differ")
    return ans

examples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, -2.0, 0.5]), torch.tensor([-3.0, 1.0])]
explanation = "The slope is different in each branch; g jumps where the sum is zero, so it is not differentiable there."
