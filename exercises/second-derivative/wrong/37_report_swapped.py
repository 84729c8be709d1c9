# expect: report=report-differs
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

report = {"first": 15, "second": 6}

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
