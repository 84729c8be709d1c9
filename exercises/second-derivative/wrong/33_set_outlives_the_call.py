# expect: count_nodes=count-chain
import torch

def first_derivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]

def count_nodes(t, seen=set()):
    stack = [t.grad_fn]
    while stack:
        n = stack.pop()
        if n is None or n in seen: continue
        seen.add(n); stack += [c for c, _ in n.next_functions]
    return len(seen)

F = lambda x: torch.sin(x**2) * torch.exp(-x)
x = torch.rand(3, requires_grad=True)
y = F(x); g, = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": 6, "second": 15}

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
