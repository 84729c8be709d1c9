# expect: first_derivative=finite-difference, second_derivative=finite-difference
# score: 5
import torch

def first_derivative(f, x):
    x, h = x.detach(), 1e-3
    return (f(x + h) - f(x - h)) / (2 * h)

def second_derivative(f, x):
    x, h = x.detach(), 2e-2
    return (f(x + h) - 2 * f(x) + f(x - h)) / h ** 2

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

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
