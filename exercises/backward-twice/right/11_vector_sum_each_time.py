import torch
import numpy as np

x = torch.linspace(-2, 2, 11, dtype=torch.float64, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
try:
    y.sum().backward()
except RuntimeError as e:
    print("second time:", e)

x.grad = None
y = torch.sin(x)
y.sum().backward(retain_graph=True)
once = x.grad.numpy().copy()
y.sum().backward(retain_graph=True)
twice = x.grad.numpy().copy()
print(np.allclose(twice, 2 * once))
x.grad -= x.grad
y.sum().backward()
print(np.allclose(x.grad.numpy(), once))

explanation_text = "y.sum() builds a new root each time, but sin's saved input belongs to the shared graph, which is freed."
