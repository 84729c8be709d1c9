import torch
import torch.autograd.forward_ad as fwAD

def first_derivative(f, x):
    with fwAD.dual_level():
        dual = fwAD.make_dual(x.detach(), torch.ones_like(x))
        return fwAD.unpack_dual(f(dual)).tangent

def second_derivative(f, x):
    x = x.detach().clone().requires_grad_()
    with fwAD.dual_level():
        dual = fwAD.make_dual(x, torch.ones_like(x))
        slope = fwAD.unpack_dual(f(dual)).tangent
    return torch.autograd.grad(slope.sum(), x)[0]

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
