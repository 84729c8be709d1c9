import torch

def first_derivative(f, x):
    x.grad = None
    f(x).sum().backward()
    return x.grad

def second_derivative(f, x):
    x.grad = None
    f(x).sum().backward(create_graph=True)
    g = x.grad
    x.grad = None
    g.sum().backward()
    return x.grad

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

F = lambda x: torch.sin(x ** 2) * torch.exp(-x)
x = torch.tensor([0.3, 1.0, 2.0], requires_grad=True)
y = F(x)
first = count_nodes(y.sum())
y.sum().backward(create_graph=True)
report = dict(first=first, second=count_nodes(x.grad))
print(report)

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
