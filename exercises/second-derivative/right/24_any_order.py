import torch

from functools import partial
def nth(f, x, n):
    if n == 0: return f(x)
    return torch.autograd.grad(nth(f, x, n - 1).sum(), x, create_graph=True)[0]
first_derivative = partial(nth, n=1)
second_derivative = partial(nth, n=2)

def count_nodes(t):
    seen = set()
    stack = [t.grad_fn]
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        for nearer, _ in node.next_functions:
            stack.append(nearer)
    return len(seen)

def F(x):
    return torch.sin(x ** 2) * torch.exp(-x)

x = torch.randn(6, requires_grad=True)
y = F(x)
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": count_nodes(y), "second": count_nodes(g)}

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
