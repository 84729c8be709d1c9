# %% [markdown]
# # Exercise 3
# %%
import torch
# %%
Now let us see what happens with a vector. (This cell is prose.)
# %%
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c
# %%
a = torch.randn(5, requires_grad=True)
d = f(a)
d.backward()
# %%
d.backward(torch.ones(5))
a.grad == d / a
# %%
def implicit_backward_error(a):
    d = f(a)
    try:
        d.backward()
    except RuntimeError as e:
        return str(e)

def grad_f(a):
    a.grad = None
    d = f(a)
    d.sum().backward()
    return a.grad

def ratio_matches(a):
    d = f(a)
    return torch.allclose(grad_f(a), d / a)
# %%
explanation = """backward() wants a number. With ones as the upstream gradient we get the vector-Jacobian product, k for each element."""
