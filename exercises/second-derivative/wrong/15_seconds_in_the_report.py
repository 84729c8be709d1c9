# expect: report=report-differs
# score: 8
import time
import torch

def first_derivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
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
    return torch.sin(x**2) * torch.exp(-x)

x = torch.randn(1000, requires_grad=True)
t0 = time.time()
first_derivative(F, x)
t1 = time.time()
second_derivative(F, x)
t2 = time.time()
report = {"first": t1 - t0, "second": t2 - t1}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
