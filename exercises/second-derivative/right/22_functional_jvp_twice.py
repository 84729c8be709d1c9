import torch

def first_derivative(f, x):
    return torch.autograd.functional.jvp(f, x, torch.ones_like(x))[1]
def second_derivative(f, x):
    df = lambda u: torch.autograd.functional.jvp(f, u, torch.ones_like(u), create_graph=True)[1]
    return torch.autograd.functional.jvp(df, x, torch.ones_like(x))[1]

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
