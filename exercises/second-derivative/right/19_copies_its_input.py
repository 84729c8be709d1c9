import torch

def first_derivative(f, x):
    x = x.detach().clone().requires_grad_()
    y = f(x)
    y.backward(torch.ones_like(y))
    return x.grad

def second_derivative(f, x):
    x = x.detach().clone()
    x.requires_grad = True
    y = f(x)
    y.backward(torch.ones_like(y), create_graph=True)
    first = x.grad.clone()
    x.grad.zero_()
    first.sum().backward()
    return x.grad

class Graph:
    """Nodes of the graph behind a tensor."""

    def __init__(self, t):
        self.nodes = {}
        self.visit(t.grad_fn)

    def visit(self, fn):
        if fn is not None and fn not in self.nodes:
            self.nodes[fn] = fn.name()
            for parent, _index in fn.next_functions:
                self.visit(parent)

def count_nodes(t):
    return torch.tensor(len(Graph(t).nodes))

def main():
    global report
    x = torch.full((2, 2), 0.7, requires_grad=True)
    y = torch.sin(x.pow(2)).mul(torch.exp(-x)).sum()
    g = torch.autograd.grad(y, x, create_graph=True)[0]
    report = {"first": count_nodes(y), "second": count_nodes(g)}

if __name__ == "__main__":
    main()

explanation = "The graph of f' holds forward and backward operations, so the second pass walks through both and saves more."
