# expect: first_derivative=missing-name, second_derivative=missing-name, count_nodes=missing-name
# score: 3
import torch

def firstDerivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def secondDerivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]

def node_count(t):
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
report = {"first": node_count(y), "second": node_count(g)}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
