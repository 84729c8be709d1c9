import torch as th
from torch.autograd.functional import jacobian

def first_derivative(f, x):
    return jacobian(lambda t: f(t).sum(), x)

def second_derivative(f, x):
    inner = lambda t: jacobian(lambda s: f(s).sum(), t, create_graph=True).sum()
    return jacobian(inner, x)

def count_nodes(t):
    todo, done = [t.grad_fn], set()
    while len(todo) > 0:
        n = todo.pop(0)
        if n in done:
            continue
        done.add(n)
        todo.extend(m[0] for m in n.next_functions if m[0] is not None)
    return len(done)

F = lambda t: th.sin(t ** 2) * th.exp(-t)
x = th.tensor([0.1, 0.2], requires_grad=True)
report = {"first": count_nodes(F(x)),
          "second": count_nodes(jacobian(lambda s: F(s).sum(), x, create_graph=True))}
explanation = ["create_graph=True records the backward pass itself.", "Its operations have to be differentiated too."]
