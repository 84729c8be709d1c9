# expect: count_nodes=count-chain, report=report-differs
# score: 6
import torch

def first_derivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]

def count_nodes(t):
    return 7

report = {"first": 7, "second": 14}

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
