import numpy as np
import torch

def first_derivative(f, x):
    x = x.detach().clone().requires_grad_()
    f(x).sum().backward()
    return x.grad.numpy()

def second_derivative(f, x):
    x = torch.tensor(x.detach().numpy(), requires_grad=True)
    y = f(x)
    dy = torch.autograd.grad(y, x, grad_outputs=torch.ones_like(y), create_graph=True)[0]
    d2y = torch.autograd.grad(dy, x, grad_outputs=torch.ones_like(dy))[0]
    return d2y.detach().numpy()

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

report = {k: np.int64(v) for k, v in report.items()}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
