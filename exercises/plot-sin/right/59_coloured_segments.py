import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
X, Y, D = x.detach().numpy(), y.detach().numpy(), x.grad.numpy()

from matplotlib.collections import LineCollection
fig, ax = plt.subplots()
for v, name, cmap in ((Y, "sin(x)", "viridis"), (D, "sin'(x)", "plasma")):
    p = np.array([X, v]).T.reshape(-1, 1, 2)
    s = np.concatenate([p[:-1], p[1:]], axis=1)
    lc = LineCollection(s, cmap=cmap, label=name); lc.set_array(X)
    ax.add_collection(lc)
ax.autoscale(); ax.legend(); plt.show()
