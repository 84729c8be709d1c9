# expect: first_derivative=no-gradient, second_derivative=no-gradient, count_nodes=count-chain
# score: 3
import torch

def first_derivative(f, x):
    print(torch.autograd.grad(f(x).sum(), x)[0])

def second_derivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    print(torch.autograd.grad(g.sum(), x)[0])

def walk(t):
    seen, stack = set(), [t.grad_fn]
    while stack:
        fn = stack.pop()
        if fn is None or fn in seen:
            continue
        seen.add(fn)
        stack += [n for n, _ in fn.next_functions]
    return len(seen)

def count_nodes(t):
    print(walk(t))

def F(x):
    return torch.sin(x ** 2) * torch.exp(-x)

x = torch.randn(6, requires_grad=True)
y = F(x)
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": walk(y), "second": walk(g)}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
