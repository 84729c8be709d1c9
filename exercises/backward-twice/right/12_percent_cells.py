# %% [markdown]
# # 2. Run backward twice
# The first pass frees the intermediate values of the graph; a second one needs `retain_graph=True` on the first,
# and then adds to the gradient that is already there.

# %%
import torch
a = torch.rand(5, requires_grad=True)
b = torch.exp(a).prod()
b.backward()

# %% again, immediately
b.backward()

# %% keep the graph
a.grad = None
b = torch.exp(a).prod()
b.backward(retain_graph=True); print(a.grad)
b.backward(retain_graph=True); print(a.grad)

# %% zero it
a.grad.zero_()
b.backward()
a.grad
