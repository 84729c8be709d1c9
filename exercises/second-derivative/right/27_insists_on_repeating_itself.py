import torch

def first_derivative(f, x):
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    def once():
        z = x.detach().clone().requires_grad_()
        g, = torch.autograd.grad(f(z).sum(), z, create_graph=True)
        return torch.autograd.grad(g.sum(), z)[0]
    a, b = once(), once()
    if not torch.equal(a, b):
        raise RuntimeError("not repeatable")
    return a

def count_nodes(t):
    seen, stack = set(), [t.grad_fn]
    while stack:
        n = stack.pop()
        if n is None or n in seen: continue
        seen.add(n)
        stack.extend(p for p, _ in n.next_functions)
    return len(seen)

def F(x): return torch.sin(x ** 2) * torch.exp(-x)
_x = torch.linspace(0.5, 2, 5, requires_grad=True)
_y = F(_x)
_g, = torch.autograd.grad(_y.sum(), _x, create_graph=True)
report = {"first": count_nodes(_y), "second": count_nodes(_g)}

explanation = "The graph of the first derivative holds the forward and the backward operations, so it is larger; a Hessian needs n passes."
