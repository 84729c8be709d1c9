import torch

def first_derivative(f, x):
    flat = x.detach().reshape(-1)
    out = []
    for v in flat:
        t = v.clone().requires_grad_(True)
        f(t).backward()
        out.append(t.grad)
    return torch.stack(out).reshape(x.shape)

def second_derivative(f, x):
    flat = x.detach().reshape(-1)
    out = torch.zeros_like(flat)
    for i in range(flat.numel()):
        t = flat[i].clone().requires_grad_(True)
        d1 = torch.autograd.grad(f(t), t, create_graph=True)[0]
        out[i] = torch.autograd.grad(d1, t)[0]
    return out.view(x.shape)

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
