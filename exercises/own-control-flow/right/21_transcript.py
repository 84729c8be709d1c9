>>> import torch
>>> def g(x):
...     if x.norm() > 2:
...         return x / x.norm()
...     return x * x
...
>>> def grad_g(x):
...     x = x.detach().clone().requires_grad_(True)
...     g(x).sum().backward()
...     return x.grad
...
>>> def analytic_grad(x):
...     n = x.norm()
...     if n > 2:
...         return 1 / n - x * x.sum() / n ** 3
...     return 2 * x
...
>>> examples = [torch.tensor([3.0, 4.0]), torch.tensor([0.5, 0.6])]
>>> grad_g(examples[0])
tensor([ 0.0320, -0.0240])
>>> explanation = "unit vectors outside the circle of radius 2, squares inside; a jump on the circle"
