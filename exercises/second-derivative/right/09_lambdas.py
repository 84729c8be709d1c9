import torch

D = lambda f: lambda x: torch.autograd.grad(f(x).sum(), x, create_graph=True)[0]
first_derivative = lambda f, x: D(f)(x)
second_derivative = lambda f, x: D(D(f))(x)

def reach(node, seen):
    if node is not None and node not in seen:
        seen.add(node)
        for edge in node.next_functions:
            reach(edge[0], seen)
    return seen

count_nodes = lambda t: len(reach(t.grad_fn, set()))
F = lambda x: torch.exp(-x) * torch.sin(x * x)
x = torch.tensor(1.5, requires_grad=True)
report = {"first": count_nodes(F(x)), "second": count_nodes(D(F)(x))}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
