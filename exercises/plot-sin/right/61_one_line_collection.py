import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
X, Y, D = x.detach().numpy(), y.detach().numpy(), x.grad.numpy()

from matplotlib.collections import LineCollection
fig, ax = plt.subplots()
lc = LineCollection([np.column_stack([X, Y]), np.column_stack([X, D])], colors=["b", "r"])
ax.add_collection(lc); ax.autoscale()
ax.text(0, 0, "sin"); ax.text(0, 1, "derivative"); plt.show()
