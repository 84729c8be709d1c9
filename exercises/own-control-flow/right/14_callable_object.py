import torch

class Clipped:
    """Grows linearly, then like a square root."""

    def __init__(self, limit):
        self.limit = limit

    def _inside(self, x):
        return bool((x.abs() < self.limit).all())

    def __call__(self, x):
        if self._inside(x):
            return x * self.limit
        return torch.sign(x) * torch.sqrt(x.abs() + 1)

class Derivative:
    def __init__(self, function):
        self.function = function

    def __call__(self, x):
        x = x.detach().clone()
        x.requires_grad = True
        self.function(x).sum().backward()
        return x.grad

g = Clipped(4.0)
grad_g = Derivative(g)

def analytic_grad(x):
    if x.abs().max() < 4:
        return torch.full(x.shape, 4.0)
    return 0.5 / torch.sqrt(x.abs() + 1)

examples = [torch.tensor([1.0, -2.0]), torch.tensor([[5.0, 1.0], [-9.0, 2.0]])]
explanation = "Inside the limit the slope is 4, outside it is 1/(2 sqrt(|x|+1)); at the limit the function jumps."
