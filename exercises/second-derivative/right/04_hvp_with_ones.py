import torch
from torch.autograd import functional as AF

def first_derivative(f, x):
    _, g = AF.vjp(f, x, torch.ones_like(x))
    return g

def second_derivative(f, x):
    _, h = AF.hvp(lambda u: f(u).sum(), x, torch.ones_like(x))
    return h

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

x = torch.ones(3, requires_grad=True)
_, g = AF.vjp(F, x, torch.ones(3), create_graph=True)
report = {"first": count_nodes(F(x)), "second": count_nodes(g)}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
