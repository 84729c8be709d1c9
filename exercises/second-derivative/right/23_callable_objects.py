import torch

class Derivative:
    def __init__(self, order): self.order = order
    def __call__(self, f, x):
        x = x.detach().requires_grad_()
        y = f(x)
        for k in range(self.order):
            y, = torch.autograd.grad(y, x, torch.ones_like(y), create_graph=True)
        return y
first_derivative, second_derivative = Derivative(1), Derivative(2)
class Counter:
    def __call__(self, t):
        self.seen = set(); self.go(t.grad_fn); return len(self.seen)
    def go(self, n):
        if n in self.seen or n is None: return
        self.seen.add(n)
        [self.go(c) for c, _ in n.next_functions]
count_nodes = Counter()

def F(x):
    return torch.sin(x ** 2) * torch.exp(-x)

x = torch.randn(6, requires_grad=True)
y = F(x)
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": count_nodes(y), "second": count_nodes(g)}

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
