import torch

from torch.utils.checkpoint import checkpoint
def first_derivative(f, x):
    return torch.autograd.grad(checkpoint(f, x, use_reentrant=False).sum(), x)[0]
def second_derivative(f, x):
    g, = torch.autograd.grad(checkpoint(f, x, use_reentrant=False).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]

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
