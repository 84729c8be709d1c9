# expect: count_nodes=shared-node-counted-twice, report=report-differs
# score: 6
import torch

def first_derivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]

def count_nodes(t):
    def count(fn):
        if fn is None:
            return 0
        return 1 + sum(count(n) for n, _ in fn.next_functions)
    return count(t.grad_fn)

def F(x):
    return torch.sin(x ** 2) * torch.exp(-x)

x = torch.randn(6, requires_grad=True)
y = F(x)
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": count_nodes(y), "second": count_nodes(g)}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
