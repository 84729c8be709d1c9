import torch
from torch.func import grad, vmap

def each(f):
    """Derivative of a function of one number, for every element of a tensor of any shape."""
    def df(x):
        flat = x.reshape(-1)
        return vmap(grad(lambda u: f(u)))(flat).reshape(x.shape)
    return df

def first_derivative(f, x):
    return each(f)(x.detach())

def second_derivative(f, x):
    flat = x.detach().reshape(-1)
    return vmap(grad(grad(f)))(flat).reshape(x.shape)

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

x = torch.rand(4, requires_grad=True)
y = F(x)
dy = torch.autograd.grad(y, x, torch.ones_like(y), create_graph=True)[0]
report = {"first": count_nodes(y), "second": count_nodes(dy)}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
