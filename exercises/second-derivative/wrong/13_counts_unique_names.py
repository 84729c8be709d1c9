# expect: count_nodes=count-chain, report=report-differs
# score: 6
import torch

def first_derivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]

def count_nodes(t):
    names, stack = set(), [t.grad_fn]
    seen = set()
    while stack:
        fn = stack.pop()
        if fn is None or fn in seen:
            continue
        seen.add(fn)
        names.add(fn.name())
        stack += [n for n, _ in fn.next_functions]
    return len(names)

def F(x):
    return torch.sin(x ** 2) * torch.exp(-x)

x = torch.randn(6, requires_grad=True)
y = F(x)
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": count_nodes(y), "second": count_nodes(g)}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
