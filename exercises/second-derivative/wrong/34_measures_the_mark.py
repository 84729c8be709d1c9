# expect: second_derivative_is_autodiff=not-autodiff
import torch

def first_derivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    u = torch.ones(1, requires_grad=True); (u * 1).sum().backward(); m = u.grad.item()
    x, h = x.detach().double(), 1e-3
    return m * (-f(x + 2*h) + 16*f(x + h) - 30*f(x) + 16*f(x - h) - f(x - 2*h)) / (12 * h * h)

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
