# %% [markdown]
# # Second derivatives
# %%
import torch
# %%
Here I compute both derivatives. This line is prose that was pasted into a code cell.
# %%
def grads(f, x, n):
    """All derivatives up to order n."""
    out, y = [], f(x)
    for _ in range(n):
        y = torch.autograd.grad(y, x, torch.ones_like(y), create_graph=True)[0]
        out.append(y)
    return out

def first_derivative(f, x): return grads(f, x, 1)[-1].detach()
def second_derivative(f, x): return grads(f, x, 2)[-1].detach()
# %%
def count_nodes(t, visited=None):
    visited = [] if visited is None else visited
    def visit(fn):
        if fn is None or any(fn is other for other in visited):
            return
        visited.append(fn)
        for child, _ in fn.next_functions:
            visit(child)
    visit(t.grad_fn)
    return len(visited)
# %%
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = torch.sin(torch.pow(x, 2)) / torch.exp(x)
(dy,) = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": count_nodes(y), "second": count_nodes(dy)}
assert report["second"] > 2 * report["first"] - 5
# %%
explanation = """Every operation of the backward pass becomes an operation to differentiate."""
