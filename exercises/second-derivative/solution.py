"""Why the second derivative costs more: the reference solution."""

import torch


def first_derivative(f, x):
    (gradient,) = torch.autograd.grad(f(x).sum(), x)
    return gradient


def second_derivative(f, x):
    (gradient,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(gradient.sum(), x)
    return second


def count_nodes(t):
    seen = set()
    waiting = [t.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        waiting.extend(nearer for nearer, _ in node.next_functions)
    return len(seen)


def F(x):
    return torch.sin(x**2) * torch.exp(-x)


x = torch.linspace(0.5, 2.0, 8, requires_grad=True)
y = F(x)
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": count_nodes(y), "second": count_nodes(g)}

explanation = """
The graph of the first derivative holds the operations of the forward pass and those of the backward pass, so
differentiating once more has to go through both: here about twice as many nodes. create_graph=True also keeps every
intermediate tensor alive for the second pass. For n variables the full Hessian needs n such passes, one for each row.
"""

if __name__ == "__main__":
    print(report)
