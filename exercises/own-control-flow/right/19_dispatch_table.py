import torch
def cube(x): return x ** 3
def line(x): return 7 * x + 1
table = {True: cube, False: line}
slopes = {True: lambda x: 3 * x ** 2, False: lambda x: torch.full_like(x, 7)}
def g(x): return table[bool(x.prod() > 0)](x)
def grad_g(x):
    x = torch.tensor(x.detach().numpy(), requires_grad=True)
    y = g(x).sum(); y.backward(); return x.grad
def analytic_grad(x): return slopes[bool(x.prod() > 0)](x)
examples = {"pos": [1.0, 2.0, 3.0], "neg": [-1.0, 2.0, 3.0]}
explanation = "cube with slope 3x^2 if the product is positive, line with slope 7 else; not differentiable where it is 0"
